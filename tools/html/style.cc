#include "tools/html/style.h"

namespace sampler::tools {

// Colours are those of Okabe and Ito, and of ColorBrewer's YlOrBr: both are
// told apart by every kind of colour vision. --s0 to --s6 are the scale of the
// transcript, --t0 to --t6 the text on it.
const char kPageStyle[] = R"(
:root{color-scheme:light dark;--bg:#fbfbf9;--card:#fff;--ink:#1d2129;
--mut:#5b6472;--line:#dfe2e7;--soft:#eef0f3;--raw:#98a2b3;--out:#0072b2;
--acc:#ad3a0a;--good:#0b7a55;--link:#0b62a3;
--s0:#fffbe6;--s1:#fee391;--s2:#fec44f;--s3:#fe9929;--s4:#ec7014;--s5:#b84004;
--s6:#7a2604;--t0:#1d2129;--t1:#1d2129;--t2:#1d2129;--t3:#1d2129;--t4:#1d2129;
--t5:#fff;--t6:#fff}
@media(prefers-color-scheme:dark){:root{--bg:#14161a;--card:#1c1f25;
--ink:#e8eaee;--mut:#a3abb8;--line:#353a44;--soft:#262a32;--raw:#7b8699;
--out:#56b4e9;--acc:#ff9d66;--good:#4cc9a0;--link:#7cc4f5;
--s0:#23211b;--s1:#3b2f14;--s2:#57400f;--s3:#7d560c;--s4:#b97f18;--s5:#dc9a26;
--s6:#ffcf6b;--t0:#e8eaee;--t1:#f2ead8;--t2:#fff3d6;--t3:#fff;--t4:#14161a;
--t5:#14161a;--t6:#14161a}}
*{box-sizing:border-box}
html{scroll-behavior:smooth}
@media(prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0 auto;max-width:1680px;padding:0 28px 28px;background:var(--bg);
color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,
"Noto Sans",sans-serif;print-color-adjust:exact;
-webkit-print-color-adjust:exact}
h1{font-size:26px;line-height:1.2;margin:2px 0 14px;font-weight:650;
letter-spacing:-.01em;overflow-wrap:anywhere}
h2{font-size:17px;margin:0 0 8px;font-weight:650}
h3{font-size:18px;margin:0;font-weight:650}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--acc);outline-offset:1px;
border-radius:2px}
code{font:13px/1.4 ui-monospace,"SF Mono","DejaVu Sans Mono",Menlo,Consolas,
monospace;white-space:pre-wrap;overflow-wrap:anywhere}
dl,dd,ul,p,figure{margin:0;padding:0}
.mut,.hint{color:var(--mut)}
header{padding:26px 0 18px}
.brand{color:var(--acc);font-weight:650;font-size:13px;letter-spacing:.04em}
.head>div{display:flex;gap:14px;padding:1px 0}
.head dt{flex:0 0 76px;color:var(--mut)}
.head dd{min-width:0;overflow-wrap:anywhere}
.forced{margin-top:10px;color:var(--mut);font-size:14px;max-width:75ch}
.chain{display:flex;flex-wrap:wrap;gap:4px 6px;align-items:center}
.chain span{border:1px solid var(--line);background:var(--card);
border-radius:6px;padding:0 8px;font-size:14px}
.chain i{font-style:normal;color:var(--mut)}
.warnings{list-style:none;margin-top:12px}
.warnings li{border-left:4px solid var(--acc);background:var(--card);
padding:6px 12px;margin:4px 0;max-width:110ch}
section,.card{background:var(--card);border:1px solid var(--line);
border-radius:10px;padding:16px 18px;margin:0 0 16px;min-width:0}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(145px,1fr));
gap:12px;margin-bottom:16px}
.cards>div{background:var(--card);border:1px solid var(--line);
border-radius:10px;padding:12px 16px}
.cards dt{color:var(--mut);font-size:13px}
.cards dd{font-size:24px;font-weight:600;line-height:1.25;
font-variant-numeric:tabular-nums}
.cards small{display:block;font-size:13px;font-weight:400;color:var(--mut);
line-height:1.4;margin-top:3px}
.panes{display:grid;grid-template-columns:minmax(0,1fr);gap:16px}
@media screen and (min-width:1150px){
.panes{grid-template-columns:minmax(0,1fr) minmax(0,2fr)}
.compare .panes{grid-template-columns:minmax(0,1fr)}
.compare .panes>div{display:grid;align-items:start;gap:16px;
grid-template-columns:minmax(0,1fr) minmax(0,1fr)}
.replay .steps{position:sticky;top:14px;align-self:start;
max-height:calc(100vh - 28px);overflow:auto}
.two{grid-template-columns:minmax(0,1fr) minmax(0,1fr)!important}}
.steps{margin:0;scroll-margin-top:10px}
.transcript input{position:absolute;opacity:0;pointer-events:none}
.transcript label{display:inline-block;border:1px solid var(--line);
border-radius:16px;padding:2px 12px;margin:0 5px 6px 0;font-size:14px;
cursor:pointer;background:var(--bg)}
.transcript input:checked+label{background:var(--ink);color:var(--bg);
border-color:var(--ink)}
.transcript input:focus-visible+label{outline:3px solid var(--acc);
outline-offset:1px}
.hint{font-size:14px;margin-bottom:8px}
.legend{display:none;flex-wrap:wrap;gap:2px 12px;list-style:none;
font-size:13px;color:var(--mut);margin:4px 0 12px}
.legend i{display:inline-block;width:14px;height:14px;border-radius:3px;
border:1px solid var(--line);vertical-align:-2px;margin-right:5px}
.text{white-space:pre-wrap;overflow-wrap:anywhere;line-height:2;
font-size:16px;margin-bottom:14px}
.text i{font-style:normal;color:var(--mut);font-size:12px}
.text a i{color:inherit}
.prompt{color:var(--mut)}
.t{color:var(--ink);text-decoration:none;border-radius:3px;padding:3px 0;
box-shadow:inset 0 0 0 .5px color-mix(in srgb,var(--ink) 14%,transparent)}
.t:hover{box-shadow:inset 0 0 0 2px var(--ink)}
.t:visited{color:var(--ink)}
.cut.t{text-decoration:underline;text-decoration-thickness:2.5px;
text-underline-offset:4px;text-decoration-color:var(--acc)}
.chart{display:grid;grid-template-columns:128px minmax(0,1fr);gap:8px}
.chart svg{width:100%;display:block;overflow:visible}
.labels div{height:78px;padding-top:18px;position:relative;font-size:12px;
line-height:1.35;padding-right:34px}
.labels b{display:block;font-size:13px}
.labels span{display:block}
.labels span::before{content:"";display:inline-block;width:14px;height:3px;
vertical-align:3px;margin-right:5px;background:var(--raw)}
.labels .l1::before{background:var(--out)}
.labels i{position:absolute;right:0;top:14px;font-style:normal;
color:var(--mut)}
.labels i+i{top:auto;bottom:-4px}
.chart .f{fill:var(--soft)}
.chart path{fill:none;stroke:var(--raw);stroke-width:1.8;
vector-effect:non-scaling-stroke}
.chart .l1{stroke:var(--out);stroke-width:2}
.chart a rect{fill:transparent}
.chart a:hover rect{fill:var(--acc);fill-opacity:.3}
.step{border:0;padding:0;margin:0 0 34px;border-radius:0;background:none;
scroll-margin-top:14px}
@supports selector(:has(a)){@media screen{
.steps:has(.step:target) .step:not(:target){display:none}
.steps:not(:has(.step:target)) .step:not(:first-of-type){display:none}
.step{margin-bottom:0}}}
.bar{display:flex;flex-wrap:wrap;gap:2px 16px;align-items:baseline;
margin-bottom:10px}
.bar nav{margin-left:auto;display:flex;gap:14px}
.facts{margin-bottom:14px}
.facts>div{display:flex;gap:12px}
.facts dt{flex:0 0 76px;color:var(--mut)}
.facts dd{min-width:0}
.facts .drawn dt,.bars .d .m{color:var(--acc);font-weight:650}
.facts .bad{color:var(--acc);font-weight:650}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;
font-size:13.5px;line-height:1.35}
th{font-weight:600;text-align:left;color:var(--mut);font-size:12.5px}
td,th{padding:2px 8px 2px 0;vertical-align:baseline}
.n{text-align:right;white-space:nowrap;padding-left:8px;padding-right:8px}
tbody th{color:var(--ink);font-size:13.5px}
.stages{margin-bottom:16px}
.stages td,.stages th{border-bottom:1px solid var(--line)}
.stages th[title]{cursor:help}
tr.x,tr.x th,tr.x code{color:var(--mut)}
.wide{overflow-x:auto}
.draw{margin-bottom:18px}
.draw figcaption{color:var(--mut);font-size:13px;margin-bottom:5px}
.cum{position:relative;display:flex;height:30px;border-radius:5px;
background:var(--soft)}
.cum i{font:12px/30px ui-monospace,"DejaVu Sans Mono",monospace;
overflow:hidden;white-space:pre;text-align:center;flex:none;
border-right:1px solid var(--card);background:#b7d7ec;color:#10202c}
.cum .f{background:#d3e6f3}
.cum .m{background:var(--soft);color:var(--mut)}
.cum .d{background:var(--out);color:#fff;font-weight:650}
@media(prefers-color-scheme:dark){.cum i{background:#234a63;color:#e8f3fa}
.cum .f{background:#1b3a4e}.cum .m{background:var(--soft)}
.cum .d{background:var(--out);color:#10202c}}
.cum b{position:absolute;top:-4px;bottom:-4px;width:3px;margin-left:-1.5px;
background:var(--acc)}
.u{position:relative;height:20px;font-size:13px}
.u span{position:absolute;top:2px;color:var(--acc);font-weight:650;
white-space:nowrap;padding:0 5px}
.u .r{transform:translateX(-100%)}
.bars{width:100%}
.bars thead th{border-bottom:1px solid var(--line)}
.bars .m{width:26px;padding-right:2px;white-space:nowrap}
.bars code{white-space:pre}
.bars td:nth-child(4){max-width:190px;overflow:hidden;text-overflow:ellipsis;
white-space:nowrap}
.bars .b{width:24%;min-width:90px}
.replay .bars .b,.two .bars .b{width:13%;min-width:64px}
.b i{display:block;height:5px;border-radius:1px;background:var(--raw);
min-width:1px;margin:1.5px 0}
.b i.o{background:var(--out);height:7px}
.b i[style="width:0.000%"]{visibility:hidden}
.x .b i:first-child{opacity:.55}
.kr,.ko{font-size:12px;white-space:nowrap;display:inline-block}
.kr::before,.ko::before{content:"";display:inline-block;width:12px;height:6px;
margin-right:4px;vertical-align:1px;background:var(--raw)}
.ko{margin-left:6px}
.ko::before{background:var(--out)}
.why{color:var(--mut);font-size:12.5px}
.bars .d td{background:color-mix(in srgb,var(--acc) 11%,transparent)}
.bars .l:not(.d) td{background:color-mix(in srgb,var(--mut) 12%,transparent)}
.cut td{padding:0}
.cut td span{display:block;border-bottom:2px dashed var(--acc);
color:var(--acc);font-size:11.5px;text-align:right;line-height:1.25;
margin-bottom:3px}
.gap td,.rest td{color:var(--mut)}
.rest td{border-top:1px solid var(--line)}
.two{display:grid;grid-template-columns:minmax(0,1fr);gap:22px}
.replay .ko,.two .ko{margin-left:0}
.two .s{display:none}
.two .n{padding-left:4px;padding-right:4px}
.two .stages{font-size:12.5px}
.two h4{margin:0 0 8px;font-size:15px}
.all{margin-top:14px;font-size:13.5px}
section>.all:first-child{margin-top:0}
.all summary{cursor:pointer;color:var(--link)}
.all dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(250px,1fr));
gap:0 22px;margin-top:8px}
.all dl div{display:flex;gap:10px;border-bottom:1px solid var(--line);
padding:2px 0}
.all dt{color:var(--mut);flex:none}
.all dd{margin-left:auto;overflow-wrap:anywhere;text-align:right;
font-variant-numeric:tabular-nums;min-width:0}
.compare .grid{width:100%}
.grid td,.grid th{border-bottom:1px solid var(--line);padding-top:3px;
padding-bottom:3px}
.grid thead th{position:sticky;top:0;background:var(--card)}
.grid tbody th{white-space:nowrap}
.compare .grid tbody th{position:sticky;left:0;background:var(--card)}
.grid .r{white-space:normal}
.grid .best th,.grid .best td{background:color-mix(in srgb,var(--good) 12%,
var(--card))}
.two-up{display:grid;grid-template-columns:minmax(0,1fr);gap:16px}
@media(min-width:1150px){.two-up{grid-template-columns:3fr 2fr}}
pre{font:13px/1.45 ui-monospace,"DejaVu Sans Mono",monospace;overflow-x:auto;
margin:0}
.worst code{white-space:pre}
.sweep .sw{background:none;max-width:100%;min-width:700px;height:auto}
.worst li{margin:6px 0 10px}
.worst ul,.worst{list-style:none}
footer{color:var(--mut);font-size:13px;padding-top:14px}
@media screen and (max-width:600px){body{padding:0 12px 20px}
h1{font-size:22px}
section,.card,.cards>div{padding:12px}
.cards{gap:8px}
.cards dd{font-size:20px}
.head dt{flex-basis:58px}
.facts dt{flex-basis:68px}
.chart{grid-template-columns:112px minmax(0,1fr)}}
@media print{:root{--bg:#fff;--card:#fff}
body{padding:0;font-size:11px;max-width:none}
section,.card,.cards>div{border-color:#bbb;break-inside:auto}
.step,.cards>div,tr,figure{break-inside:avoid}
.transcript label,.transcript input,.hint,.bar nav{display:none}
.all{display:none}
body:not(.few) .step{display:none}
body:not(.few) .steps:has(.step:target) .step:target,
body:not(.few) .steps:not(:has(.step:target)) .step:first-of-type
{display:block}
.text{font-size:12px;line-height:1.7}
table{font-size:10px}}
)";

}  // namespace sampler::tools
