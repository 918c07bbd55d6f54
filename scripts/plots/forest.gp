# One row for each subject: its ratio to the baseline as a point on the interval of its verdict, and the minimum
# effect as a band around 1.
# gnuplot -d -e "kinds = 'svg png'" -c forest.gp STEM TITLE SUBTITLE AXIS CAPTION NOTE STYLES "LOW HIGH LOG EFFECT LOWER ; ROW ..." BASELINE
# reads STEM.csv, writes STEM.svg and STEM.png
# EFFECT: the minimum effect, as a share; LOWER: 1 where a ratio under 1 is better; ROW: those that have a ratio, from 1.
stem = ARG1
title_text = ARG2
subtitle_text = ARG3
axis_text = ARG4
caption_text = ARG5
note_text = ARG6
styles = ARG7
low = real(word(ARG8, 1))
high = real(word(ARG8, 2))
effect = real(word(ARG8, 4))
lower = int(word(ARG8, 5))
baseline = ARG9
style_file = ARG0[1:strlen(ARG0) - strlen("forest.gp")]."style.gp"
ratios_file = ARG0[1:strlen(ARG0) - strlen("forest.gp")]."ratios.gp"

set datafile separator comma
rows = words(styles)
array names[rows]
array said[rows]
array lows[rows]
array highs[rows]
array ratios[rows]
array beyond_left[rows]
array beyond_right[rows]
with_ratio = ARG8[strstrt(ARG8, ";") + 1:*]
# Not every row has a ratio. A string that holds a comma cannot be had this way: the figures are tics.
stats stem.".csv" skip 1 using (names[$0 + 1] = strcol(2), said[$0 + 1] = strcol(11), beyond_left[$0 + 1] = $9, \
    beyond_right[$0 + 1] = $10, 0) nooutput
longest = 0
do for [i = 1:rows] { if (strlen(names[i]) > longest) { longest = strlen(names[i]) } }
arrows = 0
do for [row in with_ratio] {
    i = int(row)
    stats stem.".csv" skip 1 every ::(i - 1)::(i - 1) using (ratios[i] = $4, lows[i] = $7, highs[i] = $8, 0) nooutput
    arrows = arrows + beyond_left[i] + beyond_right[i]
}
if (arrows > 0 && kinds ne "dumb") { caption_text = caption_text."\nAn arrow: the interval runs out of the picture." }

# Pixels that the words below take more than two lines of them do.
rows_of(text) = strstrt(text, "\n") > 0 ? 1 + rows_of(text[strstrt(text, "\n") + 1:*]) : 1
below = kinds eq "dumb" || rows_of(caption_text) < 3 ? 0 : 18 * (rows_of(caption_text) - 2)

# In pixels. Names on the left as wide as they are; on the right the word and the figure.
width = 1080
left = 30 + 7.4 * longest
left = left < 160 ? 160.0 : left > 500 ? 500.0 : left
if (left > 340) { width = width + left - 340 }
names_font = longest > 64 ? ",11" : ",13"
right = 340
height = 226 + 30 * rows + below
dumb = kinds eq "dumb"
if (dumb) { height = 22 * (rows + 7) }
do for [kind in kinds] {
    load style_file
    set encoding utf8
    set lmargin at screen left / width
    set rmargin at screen 1 - 1.0 * right / width
    set bmargin at screen (118.0 + below) / height
    set tmargin at screen 1 - (note_text eq "" ? 98.0 : 120.0) / height
    # Where there is little room the figures go without their words.
    has_words = !dumb || terminal_columns >= 80
    if (dumb) { set lmargin longest + 2; set rmargin (has_words ? 33 : 22); set tmargin 1; set bmargin 3 }
    short_word(text) = text eq "EQUIVALENT" ? "=" : text[1:3] eq "not" ? "?" : text
    beyond = dumb ? 1 : 0.7
    set xrange [low:high]
    axis_to_scale = "x"
    numbered = 1
    load ratios_file
    set xlabel axis_text offset 0, 0.3
    unset ytics
    unset grid
    unset y2tics
    set yrange [1 - beyond:rows + beyond]
    set y2range [1 - beyond:rows + beyond]
    set y2tics scale 0 font ",12" textcolor rgb "#222222" offset (!dumb ? 20 : has_words ? 10 : 0), 0 ()
    if (!dumb) {
        set object 1 rectangle from first 1 / (1 + effect), graph 0 to first 1 + effect, graph 1 behind \
            fc rgb "#DCE3E8" fs solid noborder
    }
    set arrow 100 from first 1, graph 0 to first 1, graph 1 nohead back lw 1 lc rgb "#555555"
    if (lower && !dumb) {
        set label 5 "◄ better than ".baseline at graph 0, graph 1 left
        set label 6 "worse than ".baseline." ►" at graph 1, graph 1 right
    }
    if (!lower && !dumb) {
        set label 5 "better than ".baseline." ►" at graph 1, graph 1 right
        set label 6 "◄ worse than ".baseline at graph 0, graph 1 left
    }
    if (!dumb) {
        set label 5 offset 0, 0.7 font ",11" tc rgb "#0B3C5D"
        set label 6 offset 0, 0.7 font ",11" tc rgb "#8A3A00"
    }
    do for [i = 1:rows] {
        ink = said[i] eq "FASTER" ? "#0B3C5D" : said[i] eq "SLOWER" ? "#8A3A00" : "#333333"
        at = rows + 1 - i
        set label 100 + i names[i] at graph 0, first at offset -1.2, 0 right font names_font tc rgb "#222222"
        about = dumb ? short_word(said[i]) : said[i]
        if (has_words) { set label 200 + i about at graph 1, first at offset 1.4, 0 left font ",12" tc rgb ink }
    }
    do for [row in with_ratio] {
        i = int(row)
        at = rows + 1 - i
        set arrow 200 + i from first ratios[i], first at to first lows[i], first at lw 2.2 lc rgb "#222222" nohead
        set arrow 300 + i from first ratios[i], first at to first highs[i], first at lw 2.2 lc rgb "#222222" nohead
        if (beyond_left[i]) { set arrow 200 + i head filled size screen 8.0 / width, 20 }
        if (beyond_right[i]) { set arrow 300 + i head filled size screen 8.0 / width, 20 }
    }
    # White points first, for the tics alone.
    plot stem.".csv" skip 1 using (high):1:y2tic(12) axes x1y2 with dots lc rgb "white", \
         for [i in with_ratio] stem.".csv" skip 1 every ::(int(i) - 1)::(int(i) - 1) using 4:1 \
             with points ls int(word(styles, int(i))) lw 2.2
    unset output
}
