# A metric over a swept parameter: one curve for each subject, with its intervals.
# gnuplot -d -c curves.gp STEM TITLE SUBTITLE AXIS CAPTION NOTE STYLES "LOW HIGH LOG" PARAMETER
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
parameter_text = ARG9
style_file = ARG0[1:strlen(ARG0) - strlen("curves.gp")]."style.gp"
scale_file = ARG0[1:strlen(ARG0) - strlen("curves.gp")]."scale.gp"
set datafile separator comma

# Side by side at each value, so that intervals do not hide each other.
series = words(styles)
stats stem.".csv" using 1 nooutput
beside(i) = (i - (series - 1) / 2.0) * 0.09 * (STATS_max - STATS_min) / (series + 1)
width = 1080
height = 600
do for [kind in "svg png"] {
    load style_file
    set lmargin at screen 100.0 / width
    set rmargin at screen 1 - 330.0 / width
    set key at graph 1.03, graph 1 left top Left reverse samplen 3.2 spacing 1.35 font ",12"
    set xlabel parameter_text." (logarithmic)" offset 0, 0.3
    set ylabel axis_text.(logarithmic ? " (logarithmic)" : "")
    set xtics ()
    set offsets graph 0.04, graph 0.04, 0, 0
    set yrange [low:high]
    axis_to_scale = "y"
    load scale_file
    # White dots first, for the tics alone: points of size 0 are invalid SVG.
    plot for [i = 0:series - 1] stem.".csv" index i using 1:2:xticlabel(5) with dots lc rgb "white" notitle, \
         for [i = 0:series - 1] stem.".csv" index i using ($1 + beside(i)):2:3:4 with yerrorbars \
             ls int(word(styles, i + 1)) dt 1 lw 1.2 pt -1 notitle, \
         for [i = 0:series - 1] stem.".csv" index i using ($1 + beside(i)):2 with linespoints \
             ls int(word(styles, i + 1)) title columnheader(2)
    unset output
}
