# Regret of executed reveal orders, a panel for each source.
keys = keyrows(regret_kinds, regret_chars)
eval grid(regret_panels)
set logscale x 2
set logscale y
set autoscale xfix
set yrange [7e-5:*]
set format y '1e%T'
do for [p = 1:regret_panels] {
    eval cell(p)
    set title regret_panel_name[p]
    set xlabel (bottom(p, regret_panels) ? 'predictor calls (NFE)' : '')
    set ylabel (leftmost(p) ? 'regret (nats)' : '')
    plot for [i = regret_from[p]:regret_to[p]] $regret index i-1 using 3:4 with linespoints ls regret_id[i]
}
eval key_cell
plot 2 notitle, for [i = 1:regret_kinds] keyentry with linespoints ls i title regret_kind[i]
unset multiplot
