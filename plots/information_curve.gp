# Information curves, a panel for each source.
keys = 1
eval grid(curve_panels)
set yrange [0:*]
do for [p = 1:curve_panels] {
    eval cell(p)
    set title curve_panel_name[p]
    set xlabel (bottom(p, curve_panels) ? 'positions revealed, j' : '')
    set ylabel (leftmost(p) ? 'nats a position' : '')
    plot for [i = curve_from[p]:curve_to[p]] $curve index i-1 using 3:4 with linespoints ls curve_id[i]
}
eval key_cell
plot 2 notitle, for [i = 1:curve_kinds] keyentry with linespoints ls i title curve_kind[i]
unset multiplot
