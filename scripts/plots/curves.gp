# A metric over a swept parameter: one curve for each subject, with its intervals.
# gnuplot -d -c curves.gp STEM TITLE SUBTITLE AXIS CAPTION NOTE STYLES PARAMETER
# reads STEM.csv, writes STEM.svg and STEM.png
stem = ARG1
title_text = ARG2
subtitle_text = ARG3
axis_text = ARG4
caption_text = ARG5
note_text = ARG6
styles = ARG7
parameter_text = ARG8
style_file = ARG0[1:strlen(ARG0) - strlen("curves.gp")]."style.gp"

series = words(styles)
width = 960
height = 560
do for [kind in "svg png"] {
    load style_file
    set lmargin at screen 85.0 / width
    set rmargin at screen 1 - 235.0 / width
    set key at graph 1.03, graph 1 left top Left reverse samplen 3.2 spacing 1.35 font ",12"
    set xlabel parameter_text." (logarithmic)" offset 0, 0.3
    set ylabel axis_text
    set xtics ()
    set offsets graph 0.03, graph 0.03, graph 0.03, graph 0.03
    plot for [i = 0:series - 1] stem.".csv" index i using 1:2:3:4:xticlabel(5) with yerrorlines \
             ls int(word(styles, i + 1)) title columnheader(2)
    unset output
}
