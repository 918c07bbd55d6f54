# Latency by percentile: each step to the right leaves a tenth of the requests above.
# The maximum has no place on that scale, so no line leads to it.
# gnuplot -d -e "kinds = 'svg png'" -c percentiles.gp STEM TITLE SUBTITLE AXIS CAPTION NOTE STYLES "LOW HIGH LOG POOLED"
# POOLED: 1 where the figures are of all rounds together, without intervals.
# reads STEM.csv, writes STEM.svg and STEM.png
stem = ARG1
title_text = ARG2
subtitle_text = ARG3
axis_text = ARG4
caption_text = ARG5
note_text = ARG6
styles = ARG7
low = real(word(ARG8, 1))
high = real(word(ARG8, 2))
logarithmic = int(word(ARG8, 3))
pooled = int(word(ARG8, 4))
style_file = ARG0[1:strlen(ARG0) - strlen("percentiles.gp")]."style.gp"
scale_file = ARG0[1:strlen(ARG0) - strlen("percentiles.gp")]."scale.gp"

# Side by side at each percentile, so that intervals do not hide each other.
series = words(styles)
beside(i) = kinds eq "dumb" ? 0 : (i - (series - 1) / 2.0) * 0.6 / (series + 1)
# Pixels that the words below take more than two lines of them do.
rows_of(text) = strstrt(text, "\n") > 0 ? 1 + rows_of(text[strstrt(text, "\n") + 1:*]) : 1
below = kinds eq "dumb" || rows_of(caption_text) < 3 ? 0 : 18 * (rows_of(caption_text) - 2)
# Names on the right as wide as they are.
set datafile separator comma
longest = 0
do for [i = 0:series - 1] {
    stats stem.".csv" index i every ::0::0 using (name = strcol(2), 0) nooutput
    if (strlen(name) > longest) { longest = strlen(name) }
}
legend = 90 + 7.0 * longest
legend = legend < 260 ? 260.0 : legend > 600 ? 600.0 : legend
width = 1080
if (legend > 400) { width = width + legend - 400 }
height = 600 + below
do for [kind in kinds] {
    load style_file
    set lmargin at screen 100.0 / width
    set rmargin at screen 1 - legend / width
    set key at graph 1.03, graph 1 left top Left reverse samplen 3.2 spacing 1.35 font ",12"
    if (kind eq "dumb") { set lmargin 10; set rmargin 45 }
    set xlabel "percentile" offset 0, 0.3
    set ylabel axis_text.(logarithmic ? " (logarithmic)" : "")
    set yrange [low:high]
    axis_to_scale = "y"
    numbered = 1
    load scale_file
    set xtics ()
    set xrange [-0.4:*]
    set offsets 0, 0.4, 0, 0
    if (pooled) { set errorbars 0 }
    # White dots first, for the tics alone: points of size 0 are invalid SVG.
    plot for [i = 0:series - 1] stem.".csv" index i using 1:2:xticlabel(5) with dots lc rgb "white" notitle, \
         for [i = 0:series - 1] stem.".csv" index i \
             using ($1 + beside(i)):2:(valid(3) ? $3 : $2):(valid(4) ? $4 : $2) with yerrorbars \
             ls int(word(styles, i + 1)) dt 1 lw 1.2 pt -1 notitle, \
         for [i = 0:series - 1] stem.".csv" index i using (strcol(5) ne "max" ? $1 + beside(i) : 1/0):2 \
             with linespoints ls int(word(styles, i + 1)) title columnheader(2), \
         for [i = 0:series - 1] stem.".csv" index i using (strcol(5) eq "max" ? $1 + beside(i) : 1/0):2 \
             with points ls int(word(styles, i + 1)) notitle
    unset output
}
