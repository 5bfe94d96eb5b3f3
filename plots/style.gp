# style.gp - what every figure shares; put before NAME.gp in the standalone script.
#
# A figure is NAME.sql and NAME.gp, here or beside the experiment file. In NAME.sql:
#   -- title: TEXT, -- caption: TEXT    heading, and how to read the figure
#   -- block: b      the statement below fills $b; what stands before the first block (WITH ...)
#                    is put before each. No rows in the first block: the figure is skipped.
#   -- block: caption   one row (finding, alt): a sentence with numbers in it, and what one would
#                    tell somebody who cannot see the figure
# Columns `panel` and `series`, where they come first, cut $b into indices. NAME.gp then has
#   b_rows, b_n      rows and indices; index k - 1 is b_panel[k], b_series[k], series number b_id[k]
#   b_kinds, b_kind[id], b_chars            distinct series, and the length of the longest
#   b_panels, b_panel_name[p], b_from[p], b_to[p]   panels, each with its range of k
# NULL is NaN; a block without rows holds one row of zeros, to be left out by b_n being 0. Anything
# gnuplot says on standard error fails the figure.
#
# A script may call `eval figure(width, height)` first (CSS pixels: 480 is one column of a paper, 760
# the full page; 480, 300 where it does not) and then plots. It may use:
#   ls 1..8          series: colour (Okabe, Ito 2008, safe for colour-blind readers), dash and point
#                    differ, so print without colour works too; fill styles with `fs pattern`
#   ls 20 / 21 / 22  the exact value / a bound or guide / a number of the paper
#   ink, faint       colours of text and of grid lines
#   col(i)           colour of series i, dots(i), band(i) the same, lighter: seeds and 90 % bands
#   half(v, n)       half-width of the 90 % Student t interval of a mean: v variance, n seeds
#                    (0 for one seed); draw it `using x:(y - half):(0):(2 * half) with vectors nohead`
# For several panels with one key above them, all of a size:
#   keys = 1; eval grid(n)    choose columns and rows for n panels, open the figure and a multiplot;
#                             keys: lines of the key; `across` and `down` say what was chosen
#   keyrows(n, chars)         lines that n entries of at most chars characters need, full width
#   eval cell(p)              the margins of panel p, from 1; bottom(p), leftmost(p): is it there?
#   eval grid_of(a, d)        the same with a columns and d rows; set cell_high before for another
#                             height than 210 or 165, between = 76 for a y label in each column
#   eval key_cell             the strip on top: plot keyentry ... there, last
# For a logarithmic axis y with zeros, lo the smallest and hi the largest of what is not zero:
#   note(y)                   for `stats $b using (note($4)) nooutput`: finds lo and hi; always 0
#   eval zero_axis(lo, hi)    ticks at powers of ten, and a line labelled 0 below them
#   shown(y)                  y, or the height of that line for what is zero (below `nil`)
# Nothing here depends on the data, and the output only on `format` (svg, dark, png, pdf).
reset
set encoding utf8
set datafile missing 'NaN'
dark = format eq 'dark'
ink = dark ? '#e6e6e6' : '#1a1a1a'
faint = dark ? '#474b50' : '#d4d4d4'
paper = dark ? '#16191d' : '#ffffff'
face = 'Helvetica,Arial,DejaVu Sans,sans-serif'

light_colours = '#0072b2 #d55e00 #009e73 #b8559a #7a5c00 #3f97cf #8a8a8a #1a1a1a'
dark_colours = '#56b4e9 #ff9147 #2fc79b #e08fc4 #e6c229 #9fd3f2 #a8a8a8 #e6e6e6'
col(i) = word(dark ? dark_colours : light_colours, (int(i) - 1) % 8 + 1)
dots(i) = (dark ? '#70' : '#70') . substr(col(i), 2, 7)
band(i) = (dark ? '#b8' : '#c8') . substr(col(i), 2, 7)

figure(w, h) = format eq 'png' \
    ? sprintf("set terminal pngcairo size %d,%d noenhanced font 'DejaVu Sans,10' fontscale 2 linewidth 2 pointscale 2 background '%s'; set output '%s.png'", 2 * w, 2 * h, paper, figure_name) \
    : format eq 'pdf' \
    ? sprintf("set terminal pdfcairo size %.3fin,%.3fin noenhanced font 'DejaVu Sans,10' linewidth 1.4 pointscale 0.55 background '%s'; set output '%s.pdf'", w / 96.0, h / 96.0, paper, figure_name) \
    : sprintf("set terminal svg size %d,%d noenhanced font '%s,13' linewidth 1.3 background '%s'; set output '%s%s.svg'", w, h, face, paper, figure_name, dark ? '.dark' : '')

# Student t quantiles .95 for 1 to 30 degrees of freedom; beyond, Cornish-Fisher to 1e-4.
t_table = '6.3138 2.9200 2.3534 2.1318 2.0150 1.9432 1.8946 1.8595 1.8331 1.8125 1.7959 1.7823 1.7709 1.7613 1.7531 1.7459 1.7396 1.7341 1.7291 1.7247 1.7207 1.7171 1.7139 1.7109 1.7081 1.7056 1.7033 1.7011 1.6991 1.6973'
t95(f) = f < 1 ? NaN : f <= 30 ? word(t_table, int(f)) + 0 : 1.64485 + 1.52377 / f + 1.42 / f**2
half(v, n) = n < 2 ? 0 : t95(n - 1) * sqrt(v > 0 ? v / n : 0)

set style line 1 lc rgb col(1) lw 1.6 dt 1 pt 7 ps 0.75
set style line 2 lc rgb col(2) lw 1.6 dt (9,3) pt 9 ps 0.85
set style line 3 lc rgb col(3) lw 1.6 dt (4,2) pt 5 ps 0.7
set style line 4 lc rgb col(4) lw 1.6 dt (10,3,2,3) pt 13 ps 0.95
set style line 5 lc rgb col(5) lw 1.6 dt (2,2) pt 11 ps 0.85
set style line 6 lc rgb col(6) lw 1.6 dt (12,3,2,3,2,3) pt 6 ps 0.75
set style line 7 lc rgb col(7) lw 1.6 dt (6,6) pt 8 ps 0.85
set style line 8 lc rgb col(8) lw 1.6 dt (1,3) pt 4 ps 0.7
set style line 20 lc rgb ink lw 1.3 dt 1 pt 2 ps 0.8
set style line 21 lc rgb ink lw 1.0 dt (6,3,1,3)
set style line 22 lc rgb col(2) lw 1.5 dt (3,2)

set format xy '%h'
set border 3 lc rgb ink lw 0.8
set tics nomirror out scale 0.6 textcolor rgb ink
set grid back lc rgb faint lw 0.5 dt 1
set key textcolor rgb ink noenhanced samplen 2.5 spacing 1.05
set title textcolor rgb ink noenhanced offset 0,-0.4
set label textcolor rgb ink
set xlabel textcolor rgb ink offset 0,0.3
set ylabel textcolor rgb ink offset 0.4,0
set cblabel textcolor rgb ink
set style fill solid 1.0 border lc rgb ink
set boxwidth 0.8 relative
set palette defined (0 '#440154', 0.25 '#3b528b', 0.5 '#21908c', 0.75 '#5dc863', 1 '#fde725')

cell_high = 0.0
between = 52.0
grid(n) = grid_of(n == 1 ? 1 : n == 3 || n > 4 ? 3 : 2, n <= 3 ? 1 : n == 4 ? 2 : (n + 2) / 3)
grid_of(a, d) = sprintf("across = %d; down = %d", a, d) . "; wide = across == 1 ? 480.0 : 760.0; \
    cell_top = 38.0 + 19.0 * keys; \
    cell_high = cell_high > 0 ? cell_high : down == 1 ? 210.0 : 165.0; \
    high = cell_top + down * (cell_high + 74.0) - 14; eval figure(wide, high); set multiplot"
keyrows(n, chars) = int(ceil(1.0 * n / floor(740.0 / (8.5 * chars + 64))))
cell_wide(n) = (wide - 72.0 - 12.0 - (n - 1) * between) / n
cell_left(p) = (72.0 + ((p - 1) % across) * (cell_wide(across) + between)) / wide
cell_above(p) = 1 - (cell_top + ((p - 1) / across) * (cell_high + 74.0)) / high
cell(p) = sprintf("set lmargin at screen %.5f; set rmargin at screen %.5f; set tmargin at screen %.5f; set bmargin at screen %.5f; unset key", \
                  cell_left(p), cell_left(p) + cell_wide(across) / wide, cell_above(p), \
                  cell_above(p) - cell_high / high)
bottom(p, n) = p + across > n
leftmost(p) = (p - 1) % across == 0
key_cell = "set lmargin at screen 0.01; set rmargin at screen 0.99; \
    set tmargin at screen 1; set bmargin at screen 1 - (19.0 * keys + 4) / high; \
    unset border; unset tics; unset xlabel; unset ylabel; unset title; unset grid; unset logscale; unset xzeroaxis; unset arrow; unset label; \
    set xrange [0:1]; set yrange [0:1]; set key center center horizontal Left reverse maxrows keys"

nil = 1e-9
zero = 1.0
shown(y) = y > nil ? y : zero
power(k) = k > -3 && k < 4 ? sprintf('%g', 10.0**k) : sprintf('1e%d', k)
lo = 1e300
hi = 0.0
note(y) = (y > nil ? (lo = y < lo ? y : lo, hi = y > hi ? y : hi) : 0, 0)
zero_axis(lo, hi) = hi <= 0 ? zero_axis(0.1, 1.0) : sprintf("low_k = %d; high_k = %d; top = %.17g", \
                            int(floor(log10(lo))), int(ceil(log10(hi))), hi) . "; \
    zero = 10.0**(low_k - 0.6); set logscale y; set yrange [zero / 1.7 : top * 1.6]; unset mytics; \
    set ytics ('0' zero); set for [k = low_k:high_k] ytics add (power(k) 10.0**k); \
    set arrow 99 from graph 0, first zero to graph 1, first zero nohead back lc rgb ink lw 0.6 dt (2,4)"
eval figure(480, 300)
