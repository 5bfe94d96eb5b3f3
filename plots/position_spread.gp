# Distance between the predictions of masked positions, a panel for each probe.
keys = mean_panels == 1 ? int((mean_kinds + 2) / 2) : keyrows(mean_kinds + 1, mean_chars)
stats $mean using 3 nooutput
eval grid(mean_panels)
set xrange [STATS_min - 0.3 : STATS_max + 0.3]
set yrange [-0.03:1]
set ytics 0.2
set xtics 1
do for [p = 1:mean_panels] {
    eval cell(p)
    q = sum [j = 1:exact_panels] (exact_panel_name[j] eq mean_panel_name[p] ? j : 0)
    set title 'probe ' . mean_panel_name[p]
    set xlabel (bottom(p, mean_panels) ? 'position' : '')
    set ylabel (leftmost(p) ? 'TV to position 0' : '')
    plot for [i = (q ? 1 : 2):1] $exact index (q ? q-1 : 0) using 2:3 with linespoints ls 20, \
         for [i = mean_from[p]:mean_to[p]] $seed index i-1 using ($3 + 0.06 * (mean_id[i] - 2)):4 with points pt 7 ps 0.3 lc rgb dots(mean_id[i]), \
         for [i = mean_from[p]:mean_to[p]] $mean index i-1 using ($3 + 0.06 * (mean_id[i] - 2)):($4 - half($5,$6)):(0):(2 * half($5,$6)) with vectors nohead lc rgb col(mean_id[i]) lw 1, \
         for [i = mean_from[p]:mean_to[p]] $mean index i-1 using ($3 + 0.06 * (mean_id[i] - 2)):4 with linespoints ls mean_id[i]
}
eval key_cell
plot 2 notitle, for [i = 1:mean_kinds] keyentry with linespoints ls i title mean_kind[i], \
     keyentry with linespoints ls 20 title (exact_n ? 'exact' : '')
unset multiplot
