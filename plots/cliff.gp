# Sensitivity to the context against distance, at several steps of the training, a panel a chain.
stats $mean using 3 nooutput
last = STATS_max
keys = keyrows(mean_kinds + 1, mean_chars)
cell_high = 180
eval grid_of(mean_panels < 2 ? 1 : 2, (mean_panels + 1) / 2)
set xrange [0 : last + 1]
low = 0.002
set yrange [low : 1.3]
set logscale y
set ytics ('1' 1, '0.1' 0.1, '0.01' 0.01)
unset mytics
above(y) = y > low ? y : low
dodge(x, id) = x + 0.12 * (id - (mean_kinds + 1) / 2.0)
do for [p = 1:mean_panels] {
    eval cell(p)
    set title mean_panel_name[p]
    set xlabel (bottom(p, mean_panels) ? 'distance (positions)' : '')
    set ylabel (leftmost(p) ? 'TV between contexts' : '')
    plot $exact index p-1 using 2:3 with lines ls 20, \
         for [i = mean_from[p]:mean_to[p]] $mean index i-1 using (dodge($3, mean_id[i])):(above($4 - half($5,$6))):(0):(above($4 + half($5,$6)) - above($4 - half($5,$6))) \
             with vectors nohead lc rgb col(mean_id[i]) lw 1, \
         for [i = mean_from[p]:mean_to[p]] $mean index i-1 using (dodge($3, mean_id[i])):4 with linespoints ls mean_id[i] ps 0.45 lw 1
}
eval key_cell
plot 2 notitle, for [i = 1:mean_kinds] keyentry with linespoints ls i title mean_kind[i], \
     keyentry with lines ls 20 title 'exact'
unset multiplot
