# Divergence of one step against the components of a mixture head, a panel for each joint.
keys = 1
eval grid(mean_panels)
set logscale x 2
set xrange [0.8:20]
set yrange [-0.02:*]
do for [p = 1:mean_panels] {
    eval cell(p)
    q = sum [j = 1:floor_panels] (floor_rows && floor_panel_name[j] eq mean_panel_name[p] ? j : 0)
    set title mean_panel_name[p]
    set xlabel (bottom(p, mean_panels) ? 'products in the mixture, R' : '')
    set ylabel (leftmost(p) ? 'KL of one step (nats)' : '')
    plot for [i = (q ? floor_from[q] : 1):(q ? floor_to[q] : 0)] $floor index i-1 using 2:3 with lines ls 20, \
         for [i = (q ? floor_from[q] : 1):(q ? floor_to[q] : 0)] $floor index i-1 using 2:4 with lines ls 21, \
         for [i = seed_from[p]:seed_to[p]] $seed index i-1 using ($2*1.12):3 with points pt 7 ps 0.4 lc rgb dots(1), \
         for [i = mean_from[p]:mean_to[p]] $mean index i-1 using 2:($3 - half($4,$5)):(0):(2 * half($4,$5)) \
             with vectors nohead lc rgb col(1) lw 1, \
         for [i = mean_from[p]:mean_to[p]] $mean index i-1 using 2:3 with points ls 1
}
eval key_cell
plot 2 notitle, keyentry with points ls 1 title 'trained', keyentry with lines ls 20 title 'exact floor', \
     keyentry with lines ls 21 title 'bound'
unset multiplot
