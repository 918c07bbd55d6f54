# One row for each subject: its single trials faint behind, the median as a point on its interval.
# gnuplot -d -e "kinds = 'svg png'" -c dots.gp STEM TITLE SUBTITLE AXIS CAPTION NOTE STYLES "LOW HIGH LOG"
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
logarithmic = int(word(ARG8, 3))
style_file = ARG0[1:strlen(ARG0) - strlen("dots.gp")]."style.gp"
scale_file = ARG0[1:strlen(ARG0) - strlen("dots.gp")]."scale.gp"

rows = words(styles)
set datafile separator comma
stats stem.".csv" skip 1 using (abs($8)) nooutput
if (STATS_max > 0 && kinds ne "dumb") { caption_text = caption_text."\nAn arrow: off the axis, its figure stands on the right." }
# Pixels that the words below take more than two lines of them do.
rows_of(text) = strstrt(text, "\n") > 0 ? 1 + rows_of(text[strstrt(text, "\n") + 1:*]) : 1
below = kinds eq "dumb" || rows_of(caption_text) < 3 ? 0 : 18 * (rows_of(caption_text) - 2)
# Names on the left as wide as they are.
width = 1080
height = 188 + 36 * rows + below
# Of characters, a line for each row.
dumb = kinds eq "dumb"
if (dumb) { height = 22 * (rows + 6) }
array names[rows]
stats stem.".csv" skip 1 using (names[$0 + 1] = strcol(2), 0) nooutput
longest = 0
do for [i = 1:rows] { if (strlen(names[i]) > longest) { longest = strlen(names[i]) } }
names_width = 30 + 7.4 * longest
names_width = names_width < 160 ? 160.0 : names_width > 500 ? 500.0 : names_width
names_font = longest > 64 ? ",11" : ",13"
if (names_width > 400) { width = width + names_width - 400 }
do for [kind in kinds] {
    load style_file
    set lmargin at screen names_width / width
    set rmargin at screen 1 - 245.0 / width
    if (dumb) { set lmargin longest + 2; set rmargin 26 }
    beyond = dumb ? 1 : 0.6
    set xrange [low:high]
    set yrange [1 - beyond:rows + beyond]
    set y2range [1 - beyond:rows + beyond]
    axis_to_scale = "x"
    numbered = 1
    load scale_file
    set xlabel axis_text.(logarithmic ? " (logarithmic)" : "") offset 0, 0.3
    unset ytics
    unset y2tics
    set ytics scale 0 font names_font textcolor rgb "#222222" ()
    set y2tics scale 0 textcolor rgb "#222222" ()
    set label 5 "median  [99 % interval]" at graph 1, graph 1 offset 1.2, 0.5 left font ",10" tc rgb "#444444"
    # A subject that is off the axis gets an arrow to its side; its figure stands on the right.
    set style arrow 1 head filled size screen 8.0 / width, 20 lw 1.6 lc rgb "#444444"
    left = logarithmic ? low * (high / low) ** 0.05 : low + (high - low) * 0.05
    right = logarithmic ? high / (high / low) ** 0.05 : high - (high - low) * 0.05
    # White points first, for the labels alone: points of size 0 are invalid SVG.
    plot stem."-trials.csv" skip 1 using (dumb ? 1/0 : $2):1 with points pt 7 ps 0.28 lc rgb "#B8B8B8", \
         stem.".csv" skip 1 using 4:1:ytic(2) with dots lc rgb "white", \
         stem.".csv" skip 1 using 4:1:y2tic(7) axes x1y2 with dots lc rgb "white", \
         stem.".csv" skip 1 using ($8 < 0 ? left : 1/0):1:(low - left):(0) with vectors arrowstyle 1, \
         stem.".csv" skip 1 using ($8 > 0 ? right : 1/0):1:(high - right):(0) with vectors arrowstyle 1, \
         stem.".csv" skip 1 using 4:1:5:6 with xerrorbars pt -1 lt black lw 2.2, \
         for [i = 1:rows] stem.".csv" skip 1 every ::(i - 1)::(i - 1) using 4:1 \
             with points ls int(word(styles, i)) lw 2.2
    unset output
}
