# Divergence from the source against predictor calls, a panel for each point of the sweep.
stats $mean using 3 nooutput
from = STATS_min
to = STATS_max
stats $mean using (note($4)) nooutput
keys = keyrows(mean_kinds, mean_chars)
eval grid(mean_panels)
eval zero_axis(lo, hi)
few = to <= 12
step = (to - from) / 60.0
if (few) { set xtics 1; set xrange [from - 0.4 : to + 0.4] } else { set logscale x 2; set xrange [from / 1.2 : to * 1.2] }
dodge(x, id) = few ? x + step * (id - (mean_kinds + 1) / 2.0) : x * 1.02**(id - (mean_kinds + 1) / 2.0)
do for [p = 1:mean_panels] {
    eval cell(p)
    set title mean_panel_name[p]
    set xlabel (bottom(p, mean_panels) ? 'predictor calls per draw (NFE)' : '')
    set ylabel (leftmost(p) ? 'KL (nats per sequence)' : '')
    q = sum [j = 1:seed_panels] (seed_rows && seed_panel_name[j] eq mean_panel_name[p] ? j : 0)
    plot for [i = (q ? seed_from[q] : 1):(q ? seed_to[q] : 0)] $seed index i-1 using (dodge($3, mean_id[i])):(shown($4)) with points pt 7 ps 0.3 lc rgb dots(mean_id[i]), \
         for [i = mean_from[p]:mean_to[p]] $mean index i-1 using (dodge($3, mean_id[i])):(shown($4 - half($5,$6))):(0):(shown($4 + half($5,$6)) - shown($4 - half($5,$6))) \
             with vectors nohead lc rgb col(mean_id[i]) lw 1, \
         for [i = mean_from[p]:mean_to[p]] $mean index i-1 using (dodge($3, mean_id[i])):(shown($4)) with linespoints ls mean_id[i]
}
eval key_cell
plot 2 notitle, for [i = 1:mean_kinds] keyentry with linespoints ls i title mean_kind[i]
unset multiplot
