# The axis of the figures, linear or logarithmic with a number at 1, 2 and 5 of each decade.
# Set before by the script that loads this: `axis_to_scale` ("x" or "y"), `low`, `high`, `logarithmic`, and
# `numbered`, 0 for a panel whose neighbour has the numbers.
# From a hundred thousand up with k, M or G: longer numbers run into each other.
short(value) = value >= 1e5 ? gprintf("%.0s%c", value) : sprintf("%g", value)
if (logarithmic) {
    eval "set logscale ".axis_to_scale
    eval "unset ".axis_to_scale."tics"
    eval "set ".axis_to_scale."tics out nomirror textcolor rgb '#222222' ()"
    do for [decade = int(floor(log10(low))):int(floor(log10(high)))] {
        do for [step in "1 2 5"] {
            at = step * 10.0 ** decade
            if (at >= low && at <= high) {
                eval sprintf("set %stics add ('%s' %.10g)", axis_to_scale, numbered ? short(at) : "", at)
            }
        }
    }
} else {
    # Numbers as wide as these are few.
    if (kind eq "dumb" && axis_to_scale eq "x") {
        step = 10.0 ** floor(log10((high - low) / 3))
        do for [factor in "2 5 10"] { if ((high - low) / step > 4.5) { step = step * (factor eq "5" ? 2.5 : 2) } }
        set xtics step
    }
    eval "set format ".axis_to_scale." '".(!numbered ? "" : high >= 1e5 ? "%.1s%c" : high >= 100 ? "%.0f" : "%g")."'"
}
