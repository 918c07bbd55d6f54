# Latency by percentile, logarithmic both ways: each step to the right leaves a tenth of the requests above.
# The maximum has no place on that scale, so no line leads to it.
# gnuplot -d -c percentiles.gp STEM TITLE SUBTITLE AXIS CAPTION NOTE STYLES
# reads STEM.csv, writes STEM.svg and STEM.png
stem = ARG1
title_text = ARG2
subtitle_text = ARG3
axis_text = ARG4
caption_text = ARG5
note_text = ARG6
styles = ARG7
style_file = ARG0[1:strlen(ARG0) - strlen("percentiles.gp")]."style.gp"

# Side by side at each percentile, so that intervals do not hide each other.
series = words(styles)
beside(i) = (i - (series - 1) / 2.0) * 0.6 / (series + 1)
width = 960
height = 560
do for [kind in "svg png"] {
    load style_file
    set lmargin at screen 100.0 / width
    set rmargin at screen 1 - 235.0 / width
    set key at graph 1.03, graph 1 left top Left reverse samplen 3.2 spacing 1.35 font ",12"
    set xlabel "percentile of connections" offset 0, 0.3
    set ylabel axis_text
    set logscale y
    set ytics ()
    do for [power = -1:8] {
        do for [digit in "1 2 5"] {
            value = digit * 10.0 ** power
            set ytics add (sprintf("%g", value) value)
        }
    }
    set xtics ()
    set xrange [-0.5:*] noextend
    set yrange [*:*] noextend
    set offsets 0, 0.5, graph 0.04, graph 0.04
    plot for [i = 0:series - 1] stem.".csv" index i using 1:2:xticlabel(5) with dots lc rgb "white" notitle, \
         for [i = 0:series - 1] stem.".csv" index i using ($1 + beside(i)):2:3:4 with yerrorbars \
             ls int(word(styles, i + 1)) dt 1 lw 1.2 pt -1 notitle, \
         for [i = 0:series - 1] stem.".csv" index i using (strcol(5) ne "max" ? $1 + beside(i) : 1/0):2 \
             with linespoints ls int(word(styles, i + 1)) title columnheader(2), \
         for [i = 0:series - 1] stem.".csv" index i using (strcol(5) eq "max" ? $1 + beside(i) : 1/0):2 \
             with points ls int(word(styles, i + 1)) notitle
    unset output
}
