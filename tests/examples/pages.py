"""Pages in headless Chromium: pages.py CHROMIUM [--pictures FOLDER] PAGE...

Each page is opened 420 and 1280 pixels wide, light and dark. It fails on messages of the console, on anything that is loaded from
elsewhere, on sideways overflow, on text that is cut, leaves its picture or covers other text, and on images that do not show.
Planted pages come first: every rule has to see its fault. Standard library only."""
import base64
import json
import os
import select
import subprocess
import sys
import tempfile
import time

WIDTHS, SCHEMES = (420, 1280), ("light", "dark")

CHECK = r"""
(() => {
  const found = [], say = (what, element) => found.push(what + ": " + (element.textContent || element.outerHTML).trim().slice(0, 60));
  const width = document.documentElement.clientWidth, slack = 1;
  document.querySelectorAll("details").forEach(d => d.open = true);
  if (document.documentElement.scrollWidth > width) found.push("the page is " + document.documentElement.scrollWidth + " wide in " + width);
  const visible = e => e.checkVisibility({opacityProperty: true, visibilityProperty: true}) && getComputedStyle(e).clipPath === "none";
  const hidden = e => { for (let p = e; p; p = p.parentElement) if (!visible(p)) return true; return false; };
  for (const e of document.querySelectorAll("body, body *")) {
    const style = getComputedStyle(e);
    if (e.closest("svg") || hidden(e)) continue;
    if (style.overflowX !== "visible" && e.scrollWidth > e.clientWidth + slack) say("cut or scrolled sideways", e);
    if (style.overflowY !== "visible" && style.overflowY !== "auto" && e.scrollHeight > e.clientHeight + slack) say("cut below", e);
    if (e.tagName === "IMG" && !(e.complete && e.naturalWidth)) found.push("an image does not show: " + e.alt);
  }
  const boxes = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode());) {
    const e = node.parentElement;
    if (!node.data.trim() || e.closest("script, style, title") || hidden(e)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const svg = e.closest("svg"), place = svg && svg.parentElement.closest("figure, td, div, dd, dt, p").getBoundingClientRect();
    const drawn = svg && svg.ownerSVGElement ? svg.ownerSVGElement.getBoundingClientRect() : svg && svg.getBoundingClientRect();
    for (const r of range.getClientRects()) {
      if (r.width < 1) continue;
      if (r.left < -slack || r.right > width + slack) say("text leaves the page", e);
      if (place && (r.left < place.left - slack || r.right > place.right + slack)) say("text leaves its picture sideways", e);
      if (drawn && (r.top < drawn.top - 8 || r.bottom > drawn.bottom + slack)) say("text leaves its picture", e);
      boxes.push([r, e]);
    }
  }
  boxes.sort((a, b) => a[0].top - b[0].top);
  for (let i = 0; i < boxes.length; i++)
    for (let k = i + 1; k < boxes.length && boxes[k][0].top < boxes[i][0].bottom - 3; k++) {
      const [a, e] = boxes[i], [b, f] = boxes[k];
      const over = Math.min(a.right, b.right) - Math.max(a.left, b.left), down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (e !== f && over > 1 && down > 4) found.push("text covers text: " + e.textContent.trim().slice(0, 30) + " | " + f.textContent.trim().slice(0, 30));
    }
  return found;
})()
"""

PLANTED = {
    "wide in": "<div style='width:1400px;height:1px'></div>",
    "cut or scrolled sideways": "<p style='width:60px;overflow:hidden;white-space:nowrap'>a line that is much too long</p>",
    "cut below": "<p style='height:10px;overflow:hidden'>one<br>two<br>three</p>",
    "an image does not show": "<img alt='gone' src='data:image/png;base64,AAAA'>",
    "text leaves the page": "<p style='margin-left:-30px'>gone to the left</p>",
    "text leaves its picture sideways": "<figure style='margin:0 200px;width:100px'><svg style='overflow:visible'><text x='-40' y='20'>label</text></svg></figure>",
    "text leaves its picture:": "<figure><svg height='20' style='overflow:visible'><text x='4' y='60'>label</text></svg></figure>",
    "text covers text": "<figure><svg height='30'><text x='4' y='20'>first</text><text x='20' y='20'>second</text></svg></figure>",
    "console": "<script>console.error('no')</script>",
    "exception": "<script>nowhere()</script>",
    "loads": "<img alt='' width='1' height='1' src='nowhere.png'>",
}


class Browser:
    """Chromium by its debugging pipe: it reads messages from descriptor 3 and answers on 4, each ended by a zero byte."""

    def __init__(self, program, profile):
        to_read, self.to = os.pipe()
        self.back, back_write = os.pipe()
        words = [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-extensions", "--hide-scrollbars",
                 "--force-device-scale-factor=1", "--user-data-dir=" + profile, "--remote-debugging-pipe"]
        self.process = subprocess.Popen(["sh", "-c", 'exec "$@" 3<&%d 4>&%d' % (to_read, back_write), "sh", *words],
                                        pass_fds=(to_read, back_write), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(back_write)
        self.number, self.waiting, self.events = 0, b"", []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = None
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")

    def receive(self, seconds):
        end = time.monotonic() + seconds
        while b"\0" not in self.waiting:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.back], [], [], left)[0]:
                return None
            piece = os.read(self.back, 1 << 20)
            if not piece:
                raise RuntimeError("the browser ended")
            self.waiting += piece
        message, self.waiting = self.waiting.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if getattr(self, "session", None):
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.to, data):]
        while True:
            answer = self.receive(60)
            if answer is None:
                raise RuntimeError("no answer to " + method)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError("%s: %s" % (method, answer["error"]))
                return answer["result"]
            self.events.append(answer)

    def wait_for(self, method, seconds=60):
        for event in self.events:
            if event.get("method") == method:
                return
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            event = self.receive(end - time.monotonic())
            if event:
                self.events.append(event)
                if event.get("method") == method:
                    return
        raise RuntimeError("no " + method)

    def close(self):
        self.session = None
        try:
            self.call("Browser.close")
        except (RuntimeError, OSError):
            self.process.kill()
        self.process.wait()


def complaints(events, url):
    for event in events:
        method, p = event.get("method"), event.get("params", {})
        if method == "Runtime.consoleAPICalled" and p["type"] in ("error", "warning", "assert"):
            yield "console: " + str(p["args"][0].get("value"))
        elif method == "Runtime.exceptionThrown":
            yield "exception: " + p["exceptionDetails"]["exception"].get("description", "")[:100]
        elif method == "Log.entryAdded" and p["entry"]["level"] in ("error", "warning"):
            yield "console: " + p["entry"]["text"]
        elif method == "Network.requestWillBeSent" and p["request"]["url"] != url and not p["request"]["url"].startswith("data:"):
            yield "loads " + p["request"]["url"]


def faults_of(browser, path, width, scheme, picture=None):
    url = "file://" + os.path.abspath(path)
    browser.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
    browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    browser.events.clear()
    browser.call("Page.navigate", url=url)
    browser.wait_for("Page.loadEventFired")
    found = browser.call("Runtime.evaluate", expression=CHECK, returnByValue=True)["result"]["value"]
    if picture:
        shot = browser.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        with open(picture, "wb") as file:
            file.write(base64.b64decode(shot["data"]))
    return found + list(complaints(browser.events, url))


def check_planted(browser, folder):
    failed = 0
    for rule, body in PLANTED.items():
        path = os.path.join(folder, "planted.html")
        with open(path, "w", encoding="utf-8") as file:
            file.write("<!DOCTYPE html><html lang=en><link rel=icon href='data:,'><meta charset=utf-8><body>%s</body></html>" % body)
        found = faults_of(browser, path, 1280, "light")
        if not any(rule in fault for fault in found):
            print("the rule %r did not see its planted fault; found: %s" % (rule, found))
            failed += 1
    return failed


def main():
    words = sys.argv[1:]
    pictures = None
    if "--pictures" in words:
        at = words.index("--pictures")
        pictures = words[at + 1]
        del words[at:at + 2]
        os.makedirs(pictures, exist_ok=True)
    program, *pages = words
    failed = 0
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = Browser(program, os.path.join(folder, "profile"))
        try:
            failed += check_planted(browser, folder)
            for page in pages:
                for width in WIDTHS:
                    for scheme in SCHEMES:
                        name = os.path.splitext(os.path.basename(page))[0]
                        picture = pictures and os.path.join(pictures, "%s-%d-%s.png" % (name, width, scheme))
                        for fault in faults_of(browser, page, width, scheme, picture):
                            print("%s, %d wide, %s: %s" % (page, width, scheme, fault))
                            failed += 1
        finally:
            browser.close()
    print("%d pages at %s pixels, light and dark; %d faults" % (len(pages), " and ".join(map(str, WIDTHS)), failed))
    return 1 if failed or not pages else 0


if __name__ == "__main__":
    sys.exit(main())
