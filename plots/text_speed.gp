# Held-out nats per character against predictor calls, a panel for each point of the sweep.
stats $mean using 3 nooutput
from = STATS_min
to = STATS_max
stats $mean using ($4 - half($5,$6)) nooutput
low = STATS_min
stats $mean using ($4 + half($5,$6)) nooutput
above = STATS_max > low ? 0.04 * (STATS_max - low) : 0.1 # one sampler alone has no range
set yrange [low - above : STATS_max + above] # of all panels
keys = int(ceil(1.0 * mean_kinds / floor((mean_panels == 1 ? 460.0 : 740.0) / (8.5 * mean_chars + 52))))
cell_high = 300
eval grid(mean_panels)
set logscale x 2
around = to > from ? 1.2 : 1.6
set xrange [from / around : to * around]
dodge(x, id) = x * 1.02**(id - (mean_kinds + 1) / 2.0)
do for [p = 1:mean_panels] {
    eval cell(p)
    set title mean_panel_name[p]
    set xlabel (bottom(p, mean_panels) ? 'predictor calls per window (NFE)' : '')
    set ylabel (leftmost(p) ? 'nats per character' : '')
    q = sum [j = 1:seed_panels] (seed_rows && seed_panel_name[j] eq mean_panel_name[p] ? j : 0)
    plot for [i = (q ? seed_from[q] : 1):(q ? seed_to[q] : 0)] $seed index i-1 using (dodge($3, mean_id[i])):4 with points pt 7 ps 0.3 lc rgb dots(mean_id[i]), \
         for [i = mean_from[p]:mean_to[p]] $mean index i-1 using (dodge($3, mean_id[i])):($4 - half($5,$6)):(0):(2 * half($5,$6)) \
             with vectors nohead lc rgb col(mean_id[i]) lw 1, \
         for [i = mean_from[p]:mean_to[p]] $mean index i-1 using (dodge($3, mean_id[i])):4 with linespoints ls mean_id[i]
}
eval key_cell
plot 2 notitle, for [i = 1:mean_kinds] keyentry with linespoints ls i title mean_kind[i]
unset multiplot
