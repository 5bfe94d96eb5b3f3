# Forgetting and alikeness against distance: two panels for each point of the sweep.
stats $mean using 3 nooutput
last = STATS_max
stats $mean using 4 nooutput
low = STATS_min / 2 > 1e-4 ? STATS_min / 2 : 1e-4
keys = keyrows(mean_kinds + 3, mean_chars)
cell_high = 132
between = 76
eval grid_of(2, (mean_panels + 1) / 2)
set xrange [0 : last + 1]
set yrange [low : 1.3]
set logscale y
set ytics ('1' 1, '0.1' 0.1, '0.01' 0.01, '1e-3' 1e-3, '1e-4' 1e-4)
unset mytics
above(y) = y > low ? y : low
do for [p = 1:mean_panels] {
    eval cell(p)
    q = sum [j = 1:exact_panels] (exact_rows && exact_panel_name[j] eq mean_panel_name[p] ? j : 0)
    b = sum [j = 1:bound_panels] (bound_rows && bound_panel_name[j] eq mean_panel_name[p] ? j : 0)
    g = sum [j = 1:guide_panels] (guide_rows && guide_panel_name[j] eq mean_panel_name[p] ? j : 0)
    set title mean_panel_name[p]
    set xlabel (bottom(p, mean_panels) ? 'distance (positions)' : '')
    set ylabel (strstrt(mean_panel_name[p], ', alike') ? 'TV to the next' : 'TV to marginal')
    plot for [i = mean_from[p]:mean_to[p]] $mean index i-1 using 3:(above($4 - half($5,$6))):(0):(above($4 + half($5,$6)) - above($4 - half($5,$6))) \
             with vectors nohead lc rgb col(mean_id[i]) lw 1, \
         for [i = mean_to[p]:mean_from[p]:-1] $mean index i-1 using 3:4 with points ls mean_id[i] ps 0.5, \
         for [i = (q ? exact_from[q] : 1):(q ? exact_to[q] : 0)] $exact index i-1 using 3:4 with lines ls 20 lw 0.8, \
         for [i = (b ? bound_from[b] : 1):(b ? bound_to[b] : 0)] $bound index i-1 using 3:4 with lines ls 21, \
         for [i = (g ? g : 1):(g ? g : 0)] $guide index i-1 using 2:3 with lines ls 22
}
eval key_cell
plot 2 notitle, for [i = 1:mean_kinds] keyentry with points ls i title mean_kind[i], \
     keyentry with lines ls 20 title (exact_rows ? 'exact' : ''), \
     keyentry with lines ls 21 title (bound_rows ? 'bound' : ''), \
     keyentry with lines ls 22 title (guide_rows ? 'fitted rate' : '')
unset multiplot
