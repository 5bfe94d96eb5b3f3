# Forgetting with distance, a panel for each point of the sweep.
stats $mean using 3 nooutput
last = STATS_max
stats $mean using 4 nooutput
floor_ = STATS_min / 2
keys = keyrows(mean_kinds + 2, mean_chars)
eval grid(mean_panels)
set xrange [0 : last + 1]
set yrange [(floor_ > 1e-4 ? floor_ : 1e-4) : 1.2]
set logscale y
set format y '1e%T'
do for [p = 1:mean_panels] {
    eval cell(p)
    q = sum [j = 1:exact_panels] (exact_panel_name[j] eq mean_panel_name[p] ? j : 0)
    b = sum [j = 1:bound_panels] (bound_panel_name[j] eq mean_panel_name[p] ? j : 0)
    set title mean_panel_name[p]
    set xlabel (bottom(p, mean_panels) ? 'distance (positions)' : '')
    set ylabel (leftmost(p) ? 'TV to unconditional' : '')
    plot for [i = (b ? bound_from[b] : 1):(b ? bound_to[b] : 0)] $bound index i-1 using 3:4 with lines ls 21, \
         for [i = (q ? exact_from[q] : 1):(q ? exact_to[q] : 0)] $exact index i-1 using 3:4 with lines ls 20, \
         for [i = mean_from[p]:mean_to[p]] $seed index i-1 using 3:4 with points pt 7 ps 0.3 lc rgb dots(mean_id[i]), \
         for [i = mean_from[p]:mean_to[p]] $mean index i-1 using 3:($4 - half($5,$6) > 1e-4 ? $4 - half($5,$6) : 1e-4):(0):($4 - half($5,$6) > 1e-4 ? 2 * half($5,$6) : $4 + half($5,$6) - 1e-4) \
             with vectors nohead lc rgb col(mean_id[i]) lw 1, \
         for [i = mean_from[p]:mean_to[p]] $mean index i-1 using 3:4 with points ls mean_id[i]
}
eval key_cell
plot 2 notitle, for [i = 1:mean_kinds] keyentry with points ls i title mean_kind[i], \
     keyentry with lines ls 20 title (exact_n ? 'exact' : ''), keyentry with lines ls 21 title (bound_n ? 'bound' : '')
unset multiplot
