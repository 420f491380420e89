#include "support/page.h"
#include <lamella.h>

/* Colours carry nothing that position, length or a word does not carry too. */
static const char *const style[] = {
    ":root{color-scheme:light dark;--paper:#fbfaf7;--ink:#22262b;--soft:#62676e;--rule:#e3dfd6;--track:#ece8df;",
    "--deep:#17616b;--mid:#5b9aa1;--pale:#a9cccf;--heat:#17616b;--other:#a85a1c;--tick:#22262b;--warn:#9c3d10;--wash:#f8e9df}",
    "@media(prefers-color-scheme:dark){:root{--paper:#15181b;--ink:#e5e2dc;--soft:#a0a3a8;--rule:#2d3136;--track:#262a2f;",
    "--deep:#8ad0d8;--mid:#4c98a1;--pale:#2c5d64;--heat:#4fa3ad;--other:#eba768;--tick:#e5e2dc;--warn:#f2a67c;--wash:#3a2519}}",
    "*{box-sizing:border-box}",
    "html{-webkit-text-size-adjust:100%;text-size-adjust:100%}",
    "body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,\"Segoe UI\",Roboto,",
    "\"Helvetica Neue\",\"Liberation Sans\",Arial,sans-serif;font-variant-numeric:tabular-nums}",
    "main{max-width:72rem;margin:0 auto;padding:clamp(1.25rem,4vw,3.5rem) clamp(1rem,4vw,2.5rem)}",
    ".kicker{margin:0;color:var(--soft);font-size:.8125rem;letter-spacing:.04em}",
    "h1{margin:.15rem 0 .5rem;font-size:clamp(1.25rem,3.4vw,2rem);line-height:1.2;font-weight:600;letter-spacing:-.01em;overflow-wrap:anywhere}",
    "h2{margin:2.75rem 0 .75rem;font-size:1.0625rem;line-height:1.3;font-weight:600}",
    "p{margin:.5rem 0;max-width:44rem;overflow-wrap:anywhere}",
    ".lede{font-size:1.0625rem}",
    "code{font:.875em/1.5 ui-monospace,SFMono-Regular,Menlo,\"DejaVu Sans Mono\",monospace;overflow-wrap:anywhere}",
    ".facts{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.25rem 1.25rem;margin:1.5rem 0 0;font-size:.9375rem;max-width:56rem}",
    ".facts dt,.legend dt{color:var(--soft)}",
    "dd{margin:0;overflow-wrap:anywhere}",
    "svg{display:block;width:100%;overflow:visible}",
    ".axis{stroke:var(--rule);stroke-width:1}",
    ".span{stroke:var(--mid);stroke-width:3;stroke-linecap:round}",
    ".dot{fill:var(--deep);stroke:var(--paper);stroke-width:2}",
    ".tick{stroke:var(--tick);stroke-width:1.5}",
    ".track{fill:var(--track)}.deep{fill:var(--deep)}.mid{fill:var(--mid)}.pale{fill:var(--pale)}",
    "table{width:100%;border-collapse:collapse;font-size:.875rem}",
    "th{text-align:left;font-weight:600;vertical-align:bottom;padding:0 1.75rem .5rem 0;font-size:.8125rem;line-height:1.35}",
    "th small{display:block;font-weight:400;font-size:.75rem;color:var(--soft)}",
    "td{padding:.7rem 1.75rem .7rem 0;vertical-align:top;border-top:1px solid var(--rule)}",
    "th:last-child,td:last-child{padding-right:0}",
    ".depth{font-size:1.0625rem;line-height:1.2;font-weight:600;white-space:nowrap}",
    ".depth small{display:block;margin-top:.2rem;font-weight:400;font-size:.75rem;color:var(--soft)}",
    ".numbers{display:flex;justify-content:space-between;gap:.5rem;margin-top:.2rem;font-size:.75rem;line-height:1.3;color:var(--soft)}",
    ".numbers b{font-weight:600;color:var(--ink)}",
    ".layers{table-layout:fixed}.layers .c0{width:10%}.layers .c1{width:30%}.layers .c2{width:24%}.layers .c3{width:18%}",
    ".many td{padding-top:.35rem;padding-bottom:.35rem}",
    ".odd{margin:0;padding:0;list-style:none;line-height:1.35}",
    ".odd li{display:inline-block;margin:0 .3rem .3rem 0;padding:.1rem .5rem;border:1px solid var(--warn);border-radius:3px;",
    "background:var(--wash);color:var(--warn);font-size:.8125rem;font-weight:600}",
    ".none{color:var(--soft)}",
    ".findings{margin:.5rem 0 0;padding-left:1.1rem;max-width:48rem}.findings li{margin:.25rem 0;overflow-wrap:anywhere}",
    ".legend{display:grid;grid-template-columns:minmax(0,9rem) minmax(0,1fr);gap:.75rem 1.5rem;max-width:48rem;margin:0;font-size:.9375rem}",
    ".legend dt{padding-top:.1rem}.legend svg{margin:.35rem 0 0}",
    ".listing{width:auto}.listing td{overflow-wrap:anywhere;padding-top:.45rem;padding-bottom:.45rem}",
    ".listing td:first-child{min-width:6rem}.listing .right{text-align:right;white-space:nowrap}",
    ".plot{padding:.6rem .75rem 0 2.4rem}.plot.grid{padding-left:4.25rem}.plot.grid.square{max-width:30rem}",
    "svg text{font-size:.75rem;fill:var(--ink)}svg .start{text-anchor:start}svg .middle{text-anchor:middle}svg .end{text-anchor:end}",
    "svg .soft{fill:var(--soft)}svg .strong,svg .mark{font-weight:700}",
    ".curve,.hair{fill:none;stroke:var(--deep);stroke-width:2;stroke-linejoin:round;vector-effect:non-scaling-stroke}",
    ".hair{stroke:var(--mid);stroke-width:1;stroke-opacity:.45}.band{fill:var(--deep);fill-opacity:.16}",
    ".point{fill:var(--deep);stroke:var(--paper);stroke-width:1.5}.hollow{fill:var(--paper);stroke:var(--deep);stroke-width:1.75}",
    ".curve.other{stroke:var(--other);stroke-dasharray:6 4}.band.other{fill:var(--other)}.point.other{fill:var(--other)}.hollow.other{stroke:var(--other)}",
    ".level{stroke:var(--soft);stroke-width:1;stroke-dasharray:2 3}",
    ".cell{fill:var(--heat);stroke:var(--paper);stroke-width:1}.outline{fill:none;stroke:var(--ink);stroke-width:2}",
    ".keys{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;font-size:.875rem}.keys span{display:inline-flex;align-items:center;gap:.5rem}.keys svg{flex:none;width:2.25rem}",
    "figure{margin:0;min-width:0}figcaption{margin-top:.5rem;font-size:.875rem;line-height:1.45;max-width:44rem}figcaption .soft,.note{color:var(--soft)}.note{font-size:.875rem}.figures small{color:var(--soft)}",
    "h3{margin:1.75rem 0 .25rem;font-size:.9375rem;line-height:1.35;font-weight:600}h3 small{display:block;font-weight:400;font-size:.8125rem;color:var(--soft)}",
    ".four{display:grid;grid-template-columns:repeat(4,minmax(0,1fr));gap:0 1.5rem}.four figure{display:grid;grid-row:span 3;grid-template-rows:subgrid}.two{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:0 2.5rem}",
    ".many-small{display:grid;grid-template-columns:repeat(auto-fill,minmax(9rem,1fr));gap:.25rem 1.25rem}.many-small h3{margin-top:.75rem;font-size:.8125rem}",
    ".many-small .plot{padding-right:.4rem;padding-left:2rem}",
    ".verb{border-top:1px solid var(--rule);margin-top:3rem}.verb h2{margin:1.5rem 0 .25rem;font-size:1.375rem;letter-spacing:-.01em}",
    "nav{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin-top:1.25rem}a{color:var(--deep);text-underline-offset:.2em}",
    "details{margin-top:1rem;font-size:.875rem}summary{cursor:pointer;color:var(--soft)}.scroll{overflow-x:auto}",
    ".intervals{table-layout:fixed;max-width:52rem}.intervals th{width:9rem;font-weight:400;font-size:.875rem;vertical-align:middle;padding:.15rem 1rem .15rem 0}",
    ".intervals td{border:0;padding:.15rem 1rem .15rem 0;vertical-align:middle}.intervals td:last-child{width:10.5rem;white-space:nowrap;text-align:right}",
    ".intervals small{color:var(--soft)}",
    ".shells{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:.75rem 1.25rem;margin-top:1rem;align-content:start}.shells img,.canvas img{display:block;width:100%;height:auto}",
    ".shells img{background:repeating-conic-gradient(var(--track) 0 25%,var(--paper) 0 50%) 0 0/16px 16px;outline:1px solid var(--rule)}.canvas{margin-top:1rem}",
    "footer{margin-top:3rem;padding-top:.75rem;border-top:1px solid var(--rule);color:var(--soft);font-size:.8125rem}",
    "@media(max-width:62rem){.four{grid-template-columns:repeat(2,minmax(0,1fr));gap:0 1rem}}",
    "@media(max-width:46rem){",
    ".layers,.layers tbody{display:block}.layers thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}",
    ".layers tr{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:.7rem 1.5rem;padding:1rem 0;border-top:1px solid var(--rule)}",
    ".layers td{display:block;padding:0;border:0}.layers .depth{grid-area:1/1}.layers .norm{grid-column:1/-1}.layers .found{grid-area:1/1/2/-1;padding-left:6rem;text-align:right}",
    ".layers td[data-name]::before{content:attr(data-name);display:block;margin-bottom:.1rem;font-size:.75rem;color:var(--soft)}",
    ".odd li{margin:0 0 .3rem .3rem}",
    ".legend{grid-template-columns:minmax(0,1fr);gap:.15rem}.legend dt{margin-top:.75rem}.legend svg{max-width:14rem;margin-bottom:.35rem}",
    ".facts{grid-template-columns:minmax(0,1fr);gap:0}.facts dd{margin-bottom:.5rem}",
    ".two{grid-template-columns:minmax(0,1fr)}",
    ".intervals th{width:6.5rem}.intervals td:last-child{width:3.5rem;padding-right:0}.intervals td small{display:none}",
    ".listing{width:100%}.listing td:first-child{min-width:4rem}.listing td,.listing th{padding-right:.6rem;font-size:.8125rem}",
    ".listing td:last-child,.listing th:last-child{padding-right:0}}",
    "@media print{body{background:#fff}tr{break-inside:avoid}}",
};

static void write_letter(FILE *out, char c)
{
    switch (c) {
    case '&': fputs("&amp;", out); break;
    case '<': fputs("&lt;", out); break;
    case '>': fputs("&gt;", out); break;
    case '"': fputs("&quot;", out); break;
    case '\'': fputs("&#39;", out); break;
    default: fputc(c, out);
    }
}

void page_text(FILE *out, const char *s)
{
    for (; *s; s++)
        write_letter(out, *s);
}

/* A file's name, which may break before a dot and after an underscore. */
static void write_breakable(FILE *out, const char *s)
{
    for (; *s; s++) {
        fputs(*s == '.' ? "<wbr>" : "", out);
        write_letter(out, *s);
        fputs(*s == '_' ? "<wbr>" : "", out);
    }
}

void page_open(FILE *out, const char *title, const char *kicker, const char *lede)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n"
          "<link rel=\"icon\" href=\"data:,\">\n<title>", out);
    page_text(out, title);
    fputs("</title>\n<style>\n", out);
    for (size_t i = 0; i < sizeof style / sizeof *style; i++)
        fprintf(out, "%s\n", style[i]);
    fputs("</style>\n</head>\n<body>\n<main>\n<p class=\"kicker\">", out);
    page_text(out, kicker);
    fputs("</p>\n<h1>", out);
    write_breakable(out, title);
    fputs("</h1>\n<p class=\"lede\">", out);
    page_text(out, lede);
    fputs("</p>\n", out);
}

void page_facts(FILE *out, const char *fact[][2], int n)
{
    fputs("<dl class=\"facts\">\n", out);
    for (int i = 0; i < n; i++) {
        fputs("<dt>", out);
        page_text(out, fact[i][0]);
        fputs("</dt><dd>", out);
        page_text(out, fact[i][1]);
        fputs("</dd>\n", out);
    }
    fputs("</dl>\n", out);
}

void page_title(FILE *out, const char *title, const char *under)
{
    fputs("<h3>", out);
    page_text(out, title);
    fputs("<small>", out);
    page_text(out, under);
    fputs("</small></h3>\n", out);
}

void page_figure_open(FILE *out, const char *title, const char *under)
{
    fputs("<figure>", out);
    page_title(out, title, under);
}

void page_figure_close(FILE *out, const char *caption, const char *aside)
{
    fputs(*caption || *aside ? "<figcaption>" : "", out);
    page_text(out, caption);
    fputs(*aside ? " <span class=\"soft\">" : "", out);
    page_text(out, aside);
    fputs(*aside ? "</span>" : "", out);
    fputs(*caption || *aside ? "</figcaption></figure>\n" : "</figure>\n", out);
}

void page_note(FILE *out, const char *text)
{
    fputs("<p class=\"note\">", out);
    page_text(out, text);
    fputs("</p>\n", out);
}

void page_data_open(FILE *out)
{
    fputs("<script type=\"application/json\" id=\"numbers\">\n", out);
}

void page_data_close(FILE *out)
{
    fputs("</script>\n", out);
}

void page_close(FILE *out, const char *program)
{
    fprintf(out, "<footer>Made by %s, Lamella %s. Every number is in this page as JSON, in the script element of id &ldquo;numbers&rdquo;.</footer>\n</main>\n</body>\n</html>\n",
            program, lamella_version());
}
