# Training loss over steps, a panel for each trained point of the sweep.
stats $mean using 3 nooutput
lo = STATS_min
hi = STATS_max
if (floor_rows) { stats $floor using 2 nooutput; lo = STATS_min < lo ? STATS_min : lo }
if (end_rows) { stats $end using 3 nooutput; hi = STATS_max > hi ? STATS_max : hi }
stats $mean using 2 nooutput
last = STATS_max
# At most five ticks, at 1, 2 or 5 times a power of ten.
raw = last / 5.0 > 1 ? last / 5.0 : 1
ten = 10.0**floor(log10(raw))
set xtics ten * (raw / ten <= 1 ? 1 : raw / ten <= 2 ? 2 : raw / ten <= 5 ? 5 : 10)
margin = 0.06 * (hi - lo > 0 ? hi - lo : 1)
keys = 2
eval grid(mean_panels)
set xrange [0 : last * 1.06]
set yrange [lo - margin : hi + margin]
do for [p = 1:mean_panels] {
    eval cell(p)
    f = sum [j = 1:floor_panels] (floor_panel_name[j] eq mean_panel_name[p] ? j : 0)
    b = sum [j = 1:nelbo_panels] (nelbo_panel_name[j] eq mean_panel_name[p] ? j : 0)
    e = sum [j = 1:end_panels] (end_panel_name[j] eq mean_panel_name[p] ? j : 0)
    set title mean_panel_name[p]
    set xlabel (bottom(p, mean_panels) ? 'training step' : '')
    set ylabel (leftmost(p) ? 'loss (nats per token)' : '')
    plot for [i = (f ? 1 : 2):1] $floor index (f ? f-1 : 0) using (0):2:(last * 1.06):(0) with vectors nohead ls 20, \
         for [i = seed_from[p]:seed_to[p]] $seed index i-1 using 3:4 with lines lc rgb band(1) lw 0.8, \
         $mean index p-1 using 2:3 with lines ls 1, \
         for [i = (b ? 1 : 2):1] $nelbo index (b ? b-1 : 0) using 2:3 with lines ls 2, \
         for [i = (e ? 1 : 2):1] $end index (e ? e-1 : 0) using ($2 + 0.03 * last):($3 - half($4,$5)):(0):(2 * half($4,$5)) with vectors nohead lc rgb col(2) lw 1, \
         for [i = (e ? 1 : 2):1] $end index (e ? e-1 : 0) using ($2 + 0.03 * last):3 with points ls 2
}
eval key_cell
plot 2 notitle, keyentry with lines ls 1 title 'mean over seeds', \
     keyentry with lines lc rgb band(1) lw 0.8 title 'single seeds', \
     keyentry with lines ls 20 title (floor_rows ? 'exact floor' : ''), \
     keyentry with linespoints ls 2 title (end_rows + nelbo_rows ? 'NELBO of the network' : '')
unset multiplot
