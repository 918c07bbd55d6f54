# One row for each subject: its single trials faint behind, the median as a point on its interval.
# gnuplot -d -c dots.gp STEM TITLE SUBTITLE AXIS CAPTION NOTE STYLES "LOW HIGH"
# reads STEM.csv and STEM-trials.csv, writes STEM.svg and STEM.png
stem = ARG1
title_text = ARG2
subtitle_text = ARG3
axis_text = ARG4
caption_text = ARG5
note_text = ARG6
styles = ARG7
low = real(word(ARG8, 1))
high = real(word(ARG8, 2))
style_file = ARG0[1:strlen(ARG0) - strlen("dots.gp")]."style.gp"

rows = words(styles)
width = 960
height = 200 + 36 * rows
do for [kind in "svg png"] {
    load style_file
    set lmargin at screen 215.0 / width
    set rmargin at screen 1 - 215.0 / width
    set xrange [low:high]
    set yrange [0.4:rows + 0.6]
    set y2range [0.4:rows + 0.6]
    set format x (high >= 100 ? "%.0f" : "%g")
    set xlabel axis_text offset 0, 0.3
    unset ytics
    unset y2tics
    set ytics scale 0 ()
    set y2tics scale 0 ()
    set label 5 "median  [99 % interval]" at graph 1, graph 1 offset 1.2, 0.5 left font ",10" tc rgb "#444444"
    # A subject that is off the axis gets an arrow head at its edge; its figure stands on the right.
    plot stem."-trials.csv" skip 1 using 2:1 with points pt 7 ps 0.28 lc rgb "#C4C4C4", \
         stem.".csv" skip 1 using 4:1:ytic(2) with points ps 0, \
         stem.".csv" skip 1 using 4:1:y2tic(7) axes x1y2 with points ps 0, \
         stem.".csv" skip 1 using ($8 < 0 ? low : 1/0):1 with points pt 10 ps 1.2 lw 2 lc rgb "#444444", \
         stem.".csv" skip 1 using ($8 > 0 ? high : 1/0):1 with points pt 8 ps 1.2 lw 2 lc rgb "#444444", \
         stem.".csv" skip 1 using 4:1:5:6 with xerrorbars pt -1 lw 2.2 lc rgb "#000000", \
         for [i = 1:rows] stem.".csv" skip 1 every ::(i - 1)::(i - 1) using 4:1 \
             with points ls int(word(styles, i)) lw 2.2
    unset output
}
