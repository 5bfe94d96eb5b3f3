# Predictions by position in a run of masks: two panels for each point of the sweep.
stats $mean using 3 nooutput
first = STATS_min
last = STATS_max
keys = keyrows(mean_kinds + 1, mean_chars)
cell_high = 132
between = 76
eval grid_of(2, (mean_panels + 1) / 2)
set xrange [first - 1 : last + 1]
do for [p = 1:mean_panels] {
    eval cell(p)
    q = sum [j = 1:exact_panels] (exact_rows && exact_panel_name[j] eq mean_panel_name[p] ? j : 0)
    entropy = strstrt(mean_panel_name[p], ', entropy') > 0
    set title mean_panel_name[p]
    set xlabel (bottom(p, mean_panels) ? 'position' : '')
    set ylabel (entropy ? 'entropy (nats)' : 'TV to marginal')
    if (entropy) { set yrange [0:*]; set ytics 0.5 } else { set yrange [0:1]; set ytics 0.25 }
    plot for [i = mean_from[p]:mean_to[p]] $mean index i-1 using 3:($4 - half($5,$6)):(0):(2 * half($5,$6)) \
             with vectors nohead lc rgb col(mean_id[i]) lw 1, \
         for [i = (q ? exact_from[q] : 1):(q ? exact_to[q] : 0)] $exact index i-1 using 3:4 with lines ls 20 lw 0.8, \
         for [i = mean_to[p]:mean_from[p]:-1] $mean index i-1 using 3:4 with points ls mean_id[i] ps 0.5
}
eval key_cell
plot 2 notitle, for [i = 1:mean_kinds] keyentry with points ls i title mean_kind[i], \
     keyentry with lines ls 20 title (exact_rows ? 'exact' : '')
unset multiplot
