# The error ledger of samplers as stacked bars, a panel for each point of the sweep.
stats $bar using 2 nooutput
most = STATS_max
wide = 760.0
keys = 1
cell_top = 34.0 + 19.0
row = 330.0
high = cell_top + row * bar_panels
eval figure(wide, high)
set multiplot
set xrange [0.4 : most + 0.6]
set xtics rotate by -50
set xzeroaxis lt 1 lc rgb ink lw 0.8
set style fill solid 1 noborder
do for [p = 1:bar_panels] {
    set tmargin at screen 1 - (cell_top + row * (p - 1)) / high
    set bmargin at screen 1 - (cell_top + row * (p - 1) + 160) / high
    set lmargin at screen 68 / wide
    set rmargin at screen 748 / wide
    unset key
    set title bar_panel_name[p]
    set ylabel 'nats per sequence'
    plot $bar index p-1 using 2:($4 / 2.0):(0.35):($4 / 2.0):xtic(3) with boxxyerror fs solid lc rgb col(1), \
         '' index p-1 using 2:($4 + $5 / 2.0):(0.35):($5 / 2.0) with boxxyerror fs pattern 2 lc rgb col(2), \
         '' index p-1 using 2:($6 > 0 ? $4 + $5 + $6 / 2.0 : $6 / 2.0):(0.35):(abs($6) / 2.0) with boxxyerror fs pattern 5 lc rgb col(3), \
         '' index p-1 using 2:7 with points ls 20
}
eval key_cell
plot 2 notitle, keyentry with boxes fs solid lc rgb col(1) title 'factorization', \
     keyentry with boxes fs pattern 2 lc rgb col(2) title 'model', \
     keyentry with boxes fs pattern 5 lc rgb col(3) title 'order', \
     keyentry with points ls 20 title 'sum'
unset multiplot
