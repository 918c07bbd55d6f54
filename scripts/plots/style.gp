# How every chart looks: set before by the script that loads this are the texts, `kind`, `width`, `height`, and `below`: what
# the words below need beyond two lines.
#
# Colours: Okabe and Ito's, told apart by colour-blind readers; each comes with a point shape and a dash of
# its own, so that a greyscale print is enough. Pentagons are completion, every other shape is readiness, and
# the tier stands behind each name. Floors and null are hollow. The numbers of the line styles
# are those of chart_style() in harness/charts/series.c.

# The PNG has twice the pixels, for screens that have them. Characters are 22 pixels high, and so wide that the
# picture fits `terminal_columns`; with `colours` ANSI sequences colour them. Both are set with kinds = "dumb".
if (kind eq "svg") {
    set terminal svg size width, height font "sans-serif,13" background "white" dynamic
}
if (kind eq "png") {
    set terminal pngcairo size 2 * width, 2 * height font "DejaVu Sans,13" fontscale 1.5 \
        linewidth 2 pointscale 2 background "white"
}
if (kind eq "dumb") {
    eval sprintf("set terminal dumb size %d, %d noenhanced %s", \
        terminal_columns, int(ceil(height / 22.0)), colours ? "ansi256" : "mono")
}
# A form feed before each picture is for printers.
if (kind eq "dumb") { set output "| tr -d '\\f'" } else { set output stem.".".kind }

# No string of a result file is interpreted: no _{} or ^{} mark-up, no escapes.
set termoption noenhanced
set datafile separator comma
# An axis may hold nothing but what is smaller than the usual 1e-8.
set zero 1e-30

set style line 1  lc rgb "#E69F00" pt 5  dt 1         ps 0.9 lw 1.8   # select: square
set style line 2  lc rgb "#56B4E9" pt 9  dt (12,4)    ps 1.1 lw 1.8   # poll: triangle
set style line 3  lc rgb "#0072B2" pt 7  dt 1         ps 1.0 lw 1.8   # epoll: circle
set style line 4  lc rgb "#009E73" pt 13 dt (8,4,2,4) ps 1.1 lw 1.8   # epoll-et: diamond
set style line 5  lc rgb "#CC79A7" pt 11 dt (4,4)     ps 1.1 lw 1.8   # epoll-oneshot: triangle down
set style line 6  lc rgb "#D55E00" pt 15 dt 1         ps 1.2 lw 1.8   # io_uring: pentagon
set style line 7  lc rgb "#D55E00" pt 2  dt (12,4)    ps 1.0 lw 1.8   # io_uring-poll: cross
set style line 8  lc rgb "#7F7F7F" pt 3  dt 1         ps 1.0 lw 1.8   # kqueue: star
set style line 9  lc rgb "#009E73" pt 1  dt (2,3)     ps 1.0 lw 1.8   # peer:libuv: plus
set style line 10 lc rgb "#E69F00" pt 2  dt (2,3)     ps 1.0 lw 1.8   # peer:libev
set style line 11 lc rgb "#CC79A7" pt 3  dt (2,3)     ps 1.0 lw 1.8   # peer:libevent
set style line 12 lc rgb "#000000" pt 6  dt (2,4)     ps 1.1 lw 1.8   # floor:epoll: hollow circle
set style line 13 lc rgb "#000000" pt 14 dt (6,3,2,3) ps 1.2 lw 1.8   # floor:io_uring: hollow pentagon
set style line 14 lc rgb "#7F7F7F" pt 4  dt (2,6)     ps 1.0 lw 1.8   # null: hollow square
set style line 15 lc rgb "#7F7F7F" pt 8  dt (8,4)     ps 1.1 lw 1.8   # anything else: three more
set style line 16 lc rgb "#56B4E9" pt 12 dt (4,4)     ps 1.1 lw 1.8
set style line 17 lc rgb "#0072B2" pt 10 dt (2,3)     ps 1.1 lw 1.8
set style line 18 lc rgb "#D55E00" pt 1  dt (4,4)     ps 1.1 lw 1.8   # io_uring-poll-multishot: plus
set style line 19 lc rgb "#7F7F7F" pt 15 dt (6,3,2,3) ps 1.1 lw 1.8   # any other of completion: pentagon
set style line 20 lc rgb "#000000" pt 6  dt (6,4)     ps 1.1 lw 1.8   # floor:nanosleep: hollow circle
set style line 21 lc rgb "#000000" pt 4  dt (2,4)     ps 1.0 lw 1.8   # floor:timerfd: hollow square

# Values of a parameter, in order: from light to dark, with shapes and dashes of their own.
set style line 31 lc rgb "#E69F00" pt 7  dt 1         ps 0.9 lw 1.8
set style line 32 lc rgb "#56B4E9" pt 9  dt (12,4)    ps 1.1 lw 1.8
set style line 33 lc rgb "#CC79A7" pt 13 dt (4,4)     ps 1.1 lw 1.8
set style line 34 lc rgb "#009E73" pt 5  dt 1         ps 0.9 lw 1.8
set style line 35 lc rgb "#D55E00" pt 11 dt (8,4,2,4) ps 1.1 lw 1.8
set style line 36 lc rgb "#0072B2" pt 15 dt (12,4)    ps 1.1 lw 1.8
set style line 37 lc rgb "#7F7F7F" pt 2  dt (2,3)     ps 1.0 lw 1.8
set style line 38 lc rgb "#000000" pt 1  dt 1         ps 1.0 lw 1.8

# A panel of its own for each subject: the subject, and what it is compared with.
set style line 41 lc rgb "#08306B" pt 7  dt 1         ps 0.7 lw 2.0
set style line 42 lc rgb "#D55E00" pt 6  dt (6,4)     ps 0.8 lw 1.6

# On a terminal the darkest are what text is, which may be dark or light there.
if (kind eq "dumb") {
    set style line 12 lt black pt 6
    set style line 13 lt black pt 14
    set style line 20 lt black pt 6
    set style line 21 lt black pt 4
    set style line 38 lt black pt 1
    set style line 41 lt black pt 7
}

set style line 90 lc rgb "#DDDDDD" lw 0.7
set border 3 lc rgb "#555555" lw 0.8
set tics nomirror out scale 0.5 textcolor rgb "#222222"
set grid ls 90
if (kind eq "dumb") { unset grid }
unset key

# Title, what was measured and a warning above the picture; below it, how to read it. In pixels.
set tmargin at screen 1 - (note_text eq "" ? 72.0 : 94.0) / height
set bmargin at screen (110.0 + below) / height
if (kind eq "dumb") { set tmargin 1; set bmargin 3; set errorbars 0 }
set label 1 title_text    at screen 16.0 / width, screen 1 - 22.0 / height left font ",16"
set label 2 subtitle_text at screen 16.0 / width, screen 1 - 46.0 / height left font ",12" tc rgb "#333333"
set label 3 note_text     at screen 16.0 / width, screen 1 - 68.0 / height left font ",12" tc rgb "#A03000"
set label 4 caption_text  at screen 16.0 / width, screen (45.0 + below) / height left font ",11" tc rgb "#444444"
