# The discrete bound against its number of steps, and Monte Carlo estimates of the limit.
stats $estimate using 7 nooutput
last = STATS_max
keys = 3
eval grid(2 * excess_panels)
top_row = excess_panels
do for [p = 1:excess_panels] {
    eval cell(p)
    set title excess_panel_name[p]
    set logscale x 2
    set logscale y
    set xrange [0.8:1300]
    set yrange [7e-5:20]
    set format y '1e%T'
    set xlabel 'time steps T'
    set ylabel (p == 1 ? 'excess over entropy (nats)' : '') offset 0.4,0
    plot for [i = 1:(limit_n ? 1 : 0)] $limit index p-1 using (0.8):2:(1299.2):(0) with vectors nohead ls 21, \
         for [i = 1:(limit_n ? 1 : 0)] $limit index p-1 using (0.8):3:(1299.2):(0) with vectors nohead ls 21 dt (1,3), \
         for [i = excess_from[p]:excess_to[p]] $excess index i-1 using 3:4 with linespoints ls excess_id[i]
}
unset logscale
set format y '%g'
set xzeroaxis ls 20 lw 0.8
do for [p = 1:estimate_panels] {
    eval cell(p + top_row)
    set title ''
    set xrange [0.4:last + 0.6]
    set autoscale y
    set xlabel ''
    set ylabel (p == 1 ? 'estimate less NELBO (nats)' : '') offset 1.2,0
    plot for [i = estimate_from[p]:estimate_to[p]] $estimate index i-1 using 3:($4-$5):(0):(2*$5) with vectors nohead lw 1.4 lc rgb col(estimate_id[i] + 3), \
         for [i = estimate_from[p]:estimate_to[p]] $estimate index i-1 using 3:4 with points ls estimate_id[i] + 3, \
         $estimate index estimate_from[p]-1 using 7:(0):xticlabel(6) with points ps 0 notitle
}
eval key_cell
plot 2 notitle, for [i = 1:excess_kinds] keyentry with linespoints ls i title excess_kind[i], \
     keyentry with lines ls 21 title (limit_n ? 'network: NELBO' : ''), \
     keyentry with lines ls 21 dt (1,3) title (limit_n ? 'network: NLL' : ''), \
     for [i = 1:estimate_kinds] keyentry with points ls i + 3 title estimate_kind[i]
unset multiplot
