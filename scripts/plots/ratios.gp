# The logarithmic axis of ratios, with 1 on it. Set before by the script that loads this: `axis_to_scale` ("x" or
# "y"), `low`, `high`, and `numbered`, 0 for a panel whose neighbour has the numbers.
eval "set logscale ".axis_to_scale
eval "unset ".axis_to_scale."tics"
eval "set ".axis_to_scale."tics out nomirror textcolor rgb '#222222' ()"
most = kind eq "dumb" ? 5.0 : 9.0
if (high / low > 4) {
    # From 1 up and down by decades; 2 and 5 of each where there is room.
    decades = log10(high / low)
    steps = decades < 1.6 ? "1 1.5 2 3 5 7" : decades < 3 ? "1 2 5" : decades < 6 ? "1 3" : "1"
    every_decade = int(decades / 9) + 1
    do for [decade = int(floor(log10(low))):int(floor(log10(high)))] {
        do for [step in steps] {
            at = step * 10.0 ** decade
            if (at >= low && at <= high && decade % every_decade == 0) {
                eval sprintf("set %stics add ('%s' %.10g)", axis_to_scale, numbered ? sprintf("%g", at) : "", at)
            }
        }
    }
} else {
    # Even steps of 1, 2 or 5.
    step = 10.0 ** floor(log10((high - low) / most))
    do for [factor in "2 2.5 2"] { if ((high - low) / step > most) { step = step * real(factor) } }
    do for [i = int(ceil(low / step)):int(floor(high / step))] {
        at = i * step
        eval sprintf("set %stics add ('%s' %.10g)", axis_to_scale, numbered ? sprintf("%g", at) : "", at)
    }
}
