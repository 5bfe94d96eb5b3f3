# Gain from the right against its distance, a panel for each point of the sweep.
stats $mean using 3 nooutput
from = STATS_min
to = STATS_max
keys = mean_panels == 1 ? mean_kinds + (exact_rows > 0) : 1
eval grid(mean_panels)
set logscale x 2
set xrange [from / 1.2 : to * 1.2]
set yrange [0:*]
set ytics 0.1
dodge(x, id) = x * 1.02**(id - (mean_kinds + 1) / 2.0)
do for [p = 1:mean_panels] {
    eval cell(p)
    set title mean_panel_name[p]
    set xlabel (bottom(p, mean_panels) ? 'distance to the right' : '')
    set ylabel (leftmost(p) ? 'gain (nats)' : '')
    q = sum [j = 1:exact_panels] (exact_rows && exact_panel_name[j] eq mean_panel_name[p] ? j : 0)
    plot for [i = (q ? exact_from[q] : 1):(q ? exact_to[q] : 0)] $exact index i-1 using 3:4 with linespoints ls 20, \
         for [i = seed_from[p]:seed_to[p]] $seed index i-1 using (dodge($3, seed_id[i])):4 with points pt 7 ps 0.3 lc rgb dots(seed_id[i]), \
         for [i = mean_from[p]:mean_to[p]] $mean index i-1 using (dodge($3, mean_id[i])):($4 - half($5,$6)):(0):(2 * half($5,$6)) \
             with vectors nohead lc rgb col(mean_id[i]) lw 1, \
         for [i = mean_from[p]:mean_to[p]] $mean index i-1 using (dodge($3, mean_id[i])):4 with linespoints ls mean_id[i]
}
eval key_cell
plot 2 notitle, for [i = 1:mean_kinds] keyentry with linespoints ls i title mean_kind[i], \
     for [i = 1:(exact_rows ? 1 : 0)] keyentry with linespoints ls 20 title 'exact information'
unset multiplot
