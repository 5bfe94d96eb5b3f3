# Outcomes of masked targets: exact joint as bars, product and chain rule as points.
wide = 760.0
keys = 1
cell_top = 38.0 + 19.0
row = 262.0
high = cell_top + row * mean_panels
eval figure(wide, high)
set multiplot
set yrange [0:*]
set xtics rotate by -45 noenhanced
shift(id) = 0.2 * (id - 1.5)
do for [p = 1:mean_panels] {
    set tmargin at screen 1 - (cell_top + row * (p - 1)) / high
    set bmargin at screen 1 - (cell_top + row * (p - 1) + 165) / high
    set lmargin at screen 68 / wide
    set rmargin at screen 748 / wide
    unset key
    set title mean_panel_name[p]
    set ylabel 'probability'
    set xlabel (p == mean_panels ? 'outcome of the targets' : '')
    set xrange [0.4:12.6]
    plot $outcome index p-1 using 2:4:(0.8):xtic(3) with boxes fs solid noborder lc rgb faint, \
         for [i = mean_from[p]:mean_to[p]] $seed index i-1 using ($3 + shift(mean_id[i])):4 \
             with points pt 7 ps 0.3 lc rgb dots(mean_id[i]), \
         for [i = mean_from[p]:mean_to[p]] $mean index i-1 \
             using ($3 + shift(mean_id[i])):($4 - half($5,$6)):(0):(2 * half($5,$6)) \
             with vectors nohead lc rgb col(mean_id[i]) lw 1, \
         for [i = mean_from[p]:mean_to[p]] $mean index i-1 using ($3 + shift(mean_id[i])):4 \
             with points ls mean_id[i]
}
eval key_cell
plot 2 notitle, keyentry with boxes fs solid noborder lc rgb faint title 'exact joint', \
     for [i = 1:mean_kinds] keyentry with points ls i title mean_kind[i]
unset multiplot
