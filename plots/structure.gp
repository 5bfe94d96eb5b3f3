# Spread of an all-mask row and coherence of what is drawn, against the training step.
stats $mean using 3 nooutput
first = STATS_min
last = STATS_max
keys = keyrows(mean_kinds + 1, mean_chars)
between = 76
eval grid(mean_panels)
dodge(x, id) = x * 1.03**(id - (mean_kinds + 1) / 2.0)
set logscale x
set xrange [first / 1.3 : last * 1.3]
set xtics (25, 50, 100, 200, 400, 800, 1500)
unset mxtics
set yrange [-0.04 : 1.06]
set ytics 0.2
do for [p = 1:mean_panels] {
    eval cell(p)
    set title mean_panel_name[p]
    set xlabel 'training step'
    set ylabel (leftmost(p) ? 'total variation' : 'mass on the support')
    plot $exact index p-1 using (first / 1.3):2:(last * 1.3):(0) with vectors nohead ls 20, \
         for [i = mean_from[p]:mean_to[p]] $seed index i-1 using (dodge($3, mean_id[i])):4 with points pt 7 ps 0.3 lc rgb dots(mean_id[i]), \
         for [i = mean_from[p]:mean_to[p]] $mean index i-1 using (dodge($3, mean_id[i])):($4 - half($5,$6)):(0):(2 * half($5,$6)) with vectors nohead lc rgb col(mean_id[i]) lw 1, \
         for [i = mean_from[p]:mean_to[p]] $mean index i-1 using (dodge($3, mean_id[i])):4 with linespoints ls mean_id[i]
}
eval key_cell
plot 2 notitle, for [i = 1:mean_kinds] keyentry with linespoints ls i title mean_kind[i], \
     keyentry with lines ls 20 title 'exact'
unset multiplot
