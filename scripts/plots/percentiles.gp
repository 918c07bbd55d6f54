# Latency by percentile, logarithmic both ways: each step to the right leaves a tenth of the requests above.
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
    set lmargin at screen 85.0 / width
    set rmargin at screen 1 - 235.0 / width
    set key at graph 1.03, graph 1 left top Left reverse samplen 3.2 spacing 1.35 font ",12"
    set xlabel "percentile of connections" offset 0, 0.3
    set ylabel axis_text
    set logscale y
    set xtics ()
    set xrange [-0.4:*]
    set offsets 0, 0.4, 0, 0
    plot for [i = 0:series - 1] stem.".csv" index i using ($1 + beside(i)):2:3:4 with yerrorlines \
             ls int(word(styles, i + 1)) title columnheader(2), \
         stem.".csv" index 0 using 1:2:xticlabel(5) with points ps 0 notitle
    unset output
}
