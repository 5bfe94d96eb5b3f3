# Far windows of growing runs: alike above, forgetting below, a column for each verdict.
wide = 760.0
row = 362.0
high = 26 + 2 * row
# A source looks the same in both rows; the upper one names each once.
mark(i) = ((sum [j = 1:window_n / 2] (word(window_series[j], 1) eq word(window_series[i], 1) ? j : 0)) - 1) % 8 + 1
eval figure(wide, high)
set multiplot
set logscale x 2
set logscale y
set xrange [56:584]
set format y '1e%T'
set xtics (64, 128, 256, 512)
set xlabel 'masks in the run, R' offset 0,0.6
do for [p = 1:window_panels] {
    column = strstrt(window_panel_name[p], 'holds') ? 0 : strstrt(window_panel_name[p], 'fails') ? 1 : 2
    line = strstrt(window_panel_name[p], 'alike') ? 0 : 1
    low = column == 0 ? 1e-13 : 3e-3
    set lmargin at screen (88 + column * 232) / wide
    set rmargin at screen (88 + column * 232 + 186) / wide
    set tmargin at screen 1 - (30 + line * row) / high
    set bmargin at screen 1 - (30 + line * row + 190) / high
    set yrange [low:2]
    if (column == 0) { set ytics 1e3 } else { set ytics 10 }
    set key at screen ((column == 0 ? 8 : 24) + column * 240) / wide, screen 1 - (30 + line * row + 246) / high \
        left top Left reverse vertical maxrows 5 samplen 1.4
    set title window_panel_name[p]
    set ylabel (column > 0 ? '' : line == 0 ? 'largest TV between two' : 'largest TV to unconditional') offset 0.4,0
    plot 0.02 with lines ls 21 notitle, \
         for [i = window_from[p]:window_to[p]] $window index i-1 using 3:($4 > low ? $4 : low) \
             with linespoints ls mark(i) title window_series[i]
}
unset multiplot
