# Lines over a parameter, each with its intervals, in one panel or in several side by side.
# gnuplot -d -e "kinds = 'svg png'" -c curves.gp STEM TITLE SUBTITLE REMARK CAPTION NOTE STYLES "PANELS COLUMNS SHARED LABEL LINEAR PLACE ..." AXIS
# reads STEM.csv and STEM-panels.csv, writes STEM.svg and STEM.png
# SHARED: all panels have the same axis of figures; LABEL: letters of the longest name of a line; PLACE: for each
# line of a single panel where its name stands beside its end, from 0 below to 1 above.
stem = ARG1
title_text = ARG2
subtitle_text = ARG3
remark_text = ARG4
caption_text = ARG5
note_text = ARG6
styles = ARG7
panels = int(word(ARG8, 1))
columns = int(word(ARG8, 2))
shared = int(word(ARG8, 3))
longest = int(word(ARG8, 4))
linear = int(word(ARG8, 5))
axis_text = ARG9
style_file = ARG0[1:strlen(ARG0) - strlen("curves.gp")]."style.gp"
labelled = words(ARG8) > 5 && kinds ne "dumb"
label_place(i) = real(word(ARG8, 5 + i))
ratios_file = ARG0[1:strlen(ARG0) - strlen("curves.gp")]."ratios.gp"
scale_file = ARG0[1:strlen(ARG0) - strlen("curves.gp")]."scale.gp"
set datafile separator comma
series = words(styles)
single = panels == 1
small = single ? ",13" : ",11"

# What the panels are, and which columns of the data hold anything.
array titles[panels]
array lows[panels]
array highs[panels]
array logs[panels]
array firsts[panels]
array counts[panels]
array sides[panels]
array places[panels]
array effects[panels]
stats stem."-panels.csv" skip 1 using (titles[$0 + 1] = strcol(1), sides[$0 + 1] = strcol(2), lows[$0 + 1] = $3, \
    highs[$0 + 1] = $4, logs[$0 + 1] = $5, firsts[$0 + 1] = $6, counts[$0 + 1] = $7, \
    effects[$0 + 1] = $9, places[$0 + 1] = $8, $8) name "P" nooutput
stats stem.".csv" using 1 name "X" nooutput
stats stem.".csv" using (column(8) == 1 ? 1 : 0) name "K" nooutput
knees = K_max == 1
stats stem.".csv" using (strcol(7) eq "" || strcol(7) eq "p99" ? 0 : 1) name "B" nooutput
bands = B_max == 1

# Lines of each panel that have an interval anywhere: gnuplot complains of those that have none. One in any case, since
# it runs even a loop over nothing once.
array bounded[panels]
do for [panel = 1:panels] {
    bounded[panel] = ""
    do for [i = int(firsts[panel]):int(firsts[panel] + counts[panel]) - 1] {
        stats stem.".csv" index i using (valid(3) && valid(4) ? 1 : 0) name "I" nooutput
        if (I_max == 1) { bounded[panel] = bounded[panel]." ".i }
    }
    if (bounded[panel] eq "") { bounded[panel] = sprintf("%d", int(firsts[panel])) }
}

# Of characters, one below the other: side by side they would be a few columns wide.
dumb = kinds eq "dumb"
if (dumb) {
    do for [i = 1:panels] {
        places[i] = i - 1
        titles[i] = sides[i] eq "" || titles[i] eq sides[i] ? titles[i] : titles[i].", ".sides[i]
    }
    columns = 1
    shared = 0
    bands = 0
    P_max = panels - 1
}
rows = int(P_max) / columns + 1
occupied(place) = sum [i = 1:panels] (int(places[i]) == place)

# Where each line ends.
array label_names[series]
array ends_x[series]
array ends_y[series]
if (labelled) {
    do for [i = 1:series] {
        stats stem.".csv" index (i - 1) every ::0::0 using (label_names[i] = strcol(2), 0) nooutput
        stats stem.".csv" index (i - 1) every ::1 using (ends_x[i] = $1, ends_y[i] = $2, 0) nooutput
    }
}

# Pixels that the words below take more than two lines of them do.
rows_of(text) = strstrt(text, "\n") > 0 ? 1 + rows_of(text[strstrt(text, "\n") + 1:*]) : 1
below = kinds eq "dumb" || rows_of(caption_text) < 3 ? 0 : 18 * (rows_of(caption_text) - 2)

# In pixels. A legend on the right; room between panels for an axis each, unless it is the same one.
width = 1080
left = 100
legend = single ? 90 + 7.2 * longest : 62 + 7.6 * (longest > 22 || !knees ? longest : 22)
legend = single && legend < 260 ? 260.0 : legend > 600 ? 600.0 : legend
if (legend > 400) { width = width + legend - 400 }
gap_x = shared ? 16 : 66
gap_y = 66
panel_width = (width - left - legend - gap_x * (columns - 1.0)) / columns
panel_height = single ? 418 : rows == 1 ? 360 : 190
if (dumb) {
    column_width = 1.0 * width / terminal_columns
    legend = column_width * ((longest > 25 ? longest : 25) + 9)
    left = 9 * column_width
    panel_height = 22 * 14
    gap_y = 22 * 4
    panel_width = width - left - legend
}
top = (note_text eq "" ? 72 : 94) + (remark_text eq "" ? 0 : 22) + (single ? 0 : 24)
if (dumb) { top = 22 * 2 }
height = top + rows * panel_height + (rows - 1) * gap_y + (dumb ? 66 : 110 + below)

# Side by side at each value, so that intervals do not hide each other.
span = X_max - X_min
spread = dumb ? 0 : (single ? 0.09 : bands ? 0.05 : 0.025) * span
beside(i, count) = (i - (count - 1) / 2.0) * spread / (count + 1)

do for [kind in kinds] {
    load style_file
    set style fill solid noborder
    set label 6 remark_text at screen 16.0 / width, screen 1 - (note_text eq "" ? 68.0 : 90.0) / height \
        left font ",12" tc rgb "#0B3C5D"
    set multiplot
    do for [panel = 1:panels] {
        place = int(places[panel])
        column_of = place % columns
        row_of = place / columns
        x0 = left + column_of * (panel_width + gap_x)
        y0 = top + row_of * (panel_height + gap_y)
        set lmargin at screen x0 / width
        set rmargin at screen (x0 + panel_width) / width
        set tmargin at screen 1 - 1.0 * y0 / height
        set bmargin at screen 1 - 1.0 * (y0 + panel_height) / height
        low = lows[panel]
        high = highs[panel]
        logarithmic = int(logs[panel])
        unset logscale
        unset ytics
        set ytics out nomirror font small textcolor rgb "#222222"
        set xtics font small
        set xtics ()
        set xrange [X_min - 0.07 * span : X_max + 0.07 * span]
        if (span == 0) { set xrange [X_min - 1 : X_min + 1] }
        set yrange [low:high]
        axis_to_scale = "y"
        numbered = !shared || column_of == 0
        effect = real(effects[panel])
        unset object 1
        if (effect > 0) { load ratios_file } else { load scale_file }
        if (effect > 0 && !dumb) {
            set object 1 rectangle from graph 0, first 1 / (1 + effect) to graph 1, first 1 + effect behind \
                fc rgb "#DCE3E8" fs solid noborder
        }
        set ytics font small
        unset ylabel
        log_text = logarithmic ? " (logarithmic)" : ""
        if (single) { set ylabel titles[1].log_text }
        if (!single && column_of == 0) { set ylabel sides[panel] font small }
        unset label 7
        if (!single) { set label 7 titles[panel].(shared ? "" : log_text) \
            at graph 0, graph 1 offset (dumb ? 2 : 0), 0.7 left font ",12" }
        unset xlabel
        if (!occupied(place + columns)) { set xlabel axis_text offset 0, 0.3 font small }
        # The legend: once, from a point that lies below every panel.
        nowhere = logarithmic ? low / 1e3 : low - (high - low)
        unset key
        if (labelled) {
            # A name at the end of each line, and a thin line that leads to it.
            do for [i = 1:series] {
                set label 300 + i label_names[i] at graph 1.055, graph label_place(i) left offset 1.2, 0 \
                    font ",12" tc rgb "#222222" point ls int(word(styles, i)) lw 1.8
                set arrow 300 + i from first ends_x[i] + beside(i - 1, series), first ends_y[i] to graph 1.045, graph label_place(i) \
                    nohead back ls int(word(styles, i)) lw 0.8
            }
        }
        if (panel == 1 && !labelled) {
            set key at screen 1 - (legend - 18.0) / width, screen 1 - 1.0 * top / height left top Left reverse \
                samplen 3.2 spacing 1.35 font ",12"
        }
        first = int(firsts[panel])
        last = first + int(counts[panel]) - 1
        n = int(counts[panel])
        # Without bands they have no height: gnuplot runs even a loop over nothing once.
        # White dots first, for the tics alone: points of size 0 are invalid SVG.
        plot for [i = first:last] stem.".csv" index i using 1:2:xticlabel(5) with dots lc rgb "white" notitle, \
             stem.".csv" index first using 1:(bands ? $6 : $2):(bands ? $7 : $2) \
                 with filledcurves fc rgb "#D3DEE8" title (bands && panel == 1 ? "p90 to p99" : ""), \
             stem.".csv" index first using 1:2:(bands ? $6 : $2) \
                 with filledcurves fc rgb "#9FB6CB" title (bands && panel == 1 ? "median to p90" : ""), \
             for [i in bounded[panel]] stem.".csv" index int(i) \
                 using ($1 + beside(int(i) - first, n)):2:(valid(3) ? $3 : $2):(valid(4) ? $4 : $2) with yerrorbars \
                 ls int(word(styles, int(i) + 1)) dt 1 lw 1.2 pt -1 notitle, \
             for [i = first:last] stem.".csv" index i using ($1 + beside(i - first, n)):2 with linespoints \
                 ls int(word(styles, i + 1)) notitle, \
             for [i = first:(panel == 1 ? last : first - 1)] stem.".csv" index i every ::0::0 \
                 using 1:(nowhere) with linespoints ls int(word(styles, i + 1)) title columnheader(2), \
             for [i = first:(knees ? last : first - 1)] stem.".csv" index i \
                 using ($8 == 1 ? $1 + beside(i - first, n) : 1/0):2 \
                 with points pt 6 ps 2.4 lw 2 lc rgb "#000000" title (panel == 1 && i == first ? "knee" : "")
        # What stands on the picture once is drawn once.
        unset label 1
        unset label 2
        unset label 3
        unset label 4
        unset label 6
    }
    unset multiplot
    unset output
}
