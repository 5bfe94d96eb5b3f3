# What a trace says and what it leaves open: three panels for each trace.
keys = 1
cell_high = 132
between = 76
eval grid_of(3, (range_panels + 2) / 3)
do for [p = 1:range_panels] {
    eval cell(p)
    q = sum [j = 1:exact_panels] (exact_rows && exact_panel_name[j] eq range_panel_name[p] ? j : 0)
    entropy = strstrt(range_panel_name[p], ', entropy') > 0
    promise = strstrt(range_panel_name[p], ', promise') > 0
    set xrange [*:*] # of the panel before
    set yrange [*:*]
    stats $range index p-1 using 3 nooutput
    set xrange [STATS_min - 0.6 : STATS_max + 0.6]
    set xtics autofreq
    if (STATS_max - STATS_min < 8) { set xtics 1 }
    set title range_panel_name[p]
    set xlabel (bottom(p, range_panels) ? (promise ? 'step' : 'position') : '')
    set ylabel (entropy ? 'entropy (nats)' : promise ? 'all arg-max right' : 'TV to the next')
    if (entropy) { set yrange [0:*]; set ytics autofreq } else { set yrange [0:1]; set ytics 0.25 }
    plot $range index p-1 using 3:4:(0):($5 - $4) with vectors nohead lc rgb band(1) lw 5, \
         for [i = (q ? q : 1):(q ? q : 0)] $exact index i-1 using 3:4 with lines ls 20 lw 0.8, \
         $range index p-1 using 3:4 with points ls 1 ps 0.4, \
         '' index p-1 using 3:5 with points ls 1 ps 0.4
}
eval key_cell
plot 2 notitle, keyentry with points ls 1 title 'least and most', \
     keyentry with lines ls 20 title (exact_rows ? 'exact' : '')
unset multiplot
