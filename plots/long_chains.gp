# Divergence a token against predictor calls on long chains, a panel for each.
keys = keyrows(chain_kinds, chain_chars)
eval grid(chain_panels)
set logscale x 2
set logscale y
set autoscale xfix
set yrange [5e-8:4]
set ytics 100
set format y '1e%T'
do for [p = 1:chain_panels] {
    eval cell(p)
    set title chain_panel_name[p]
    set xlabel (bottom(p, chain_panels) ? 'predictor calls (NFE)' : '')
    set ylabel (leftmost(p) ? 'nats a token' : '')
    plot for [i = chain_from[p]:chain_to[p]] $chain index i-1 using 3:($4 - $5 > 5e-8 ? $4 - $5 : 5e-8):(0):($4 - $5 > 5e-8 ? 2 * $5 : 0) with vectors nohead lc rgb col(chain_id[i]) lw 1, \
         for [i = chain_from[p]:chain_to[p]] $chain index i-1 using 3:4 with linespoints ls chain_id[i]
}
eval key_cell
plot 2 notitle, for [i = 1:chain_kinds] keyentry with linespoints ls i title chain_kind[i]
unset multiplot
