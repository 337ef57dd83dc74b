//! One tab: what a visitor can do with it, and what can be seen from outside.

use super::cdp::Cdp;
use anyhow::{Context, Result, bail};
use base64::Engine as _;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

/// How long [`Page::wait_for`] waits, in seconds: generous, because a software GPU on two cores is slow.
const PATIENCE: u64 = 30;
const POLL: Duration = Duration::from_millis(50);

/// Size of the visible page in CSS pixels.
#[derive(Clone, Copy, Debug)]
pub struct Viewport {
    pub width: u32,
    pub height: u32,
    /// Touch screen and mobile layout.
    pub mobile: bool,
}

impl Viewport {
    pub const PHONE: Self = Self { width: 360, height: 740, mobile: true };
    pub const LAPTOP: Self = Self { width: 1280, height: 800, mobile: false };
}

/// What the visitor asked their system for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look {
    pub dark: bool,
    pub reduced_motion: bool,
}

/// A tab. Closed when dropped.
pub struct Page {
    cdp: Rc<RefCell<Cdp>>,
    target: String,
    session: String,
    downloads: PathBuf,
}

impl Page {
    pub(super) fn open(cdp: Rc<RefCell<Cdp>>, downloads: PathBuf, viewport: Viewport) -> Result<Self> {
        let mut browser = cdp.borrow_mut();
        let target = browser.call(None, "Target.createTarget", json!({ "url": "about:blank" }))?;
        let target = target["targetId"].as_str().context("a new tab has an id")?.to_owned();
        let session = browser.call(None, "Target.attachToTarget", json!({ "targetId": target, "flatten": true }))?;
        let session = session["sessionId"].as_str().context("an attached tab has a session")?.to_owned();
        browser.watch(&session)?;
        drop(browser);
        let page = Self { cdp, target, session, downloads };
        page.resize(viewport)?;
        page.emulate(Look::default())?;
        Ok(page)
    }

    /// A call of the DevTools protocol, for what has no method here.
    pub fn call(&self, method: &str, parameters: Value) -> Result<Value> {
        self.cdp.borrow_mut().call(Some(&self.session), method, parameters)
    }

    /// Opens an address and waits for the load event.
    pub fn goto(&self, url: &str) -> Result<()> {
        let loads = self.cdp.borrow_mut().record(&self.session).loads;
        let answer = self.call("Page.navigate", json!({ "url": url }))?;
        if let Some(error) = answer["errorText"].as_str() {
            bail!("cannot open {url}: {error}");
        }
        self.loaded(loads, url)
    }

    pub fn reload(&self) -> Result<()> {
        let loads = self.cdp.borrow_mut().record(&self.session).loads;
        self.call("Page.reload", json!({}))?;
        self.loaded(loads, "the page again")
    }

    fn loaded(&self, loads_before: usize, what: &str) -> Result<()> {
        let deadline = Instant::now() + Duration::from_secs(PATIENCE);
        while self.cdp.borrow_mut().record(&self.session).loads == loads_before {
            if Instant::now() > deadline {
                bail!("{what} was not loaded within {PATIENCE} s{}", self.last_problems());
            }
            self.sleep(POLL)?;
        }
        Ok(())
    }

    /// The value of a JavaScript expression; a promise is awaited (at most two minutes).
    pub fn eval(&self, expression: &str) -> Result<Value> {
        let parameters =
            json!({ "expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true });
        let patience = Duration::from_secs(120);
        let answer =
            self.cdp.borrow_mut().call_within(Some(&self.session), "Runtime.evaluate", parameters, patience)?;
        if let Some(details) = answer.get("exceptionDetails") {
            let what = details["exception"]["description"].as_str().or(details["text"].as_str()).unwrap_or_default();
            bail!("{what} in `{}`", shortened(expression));
        }
        Ok(answer["result"]["value"].clone())
    }

    /// Whether a JavaScript expression is truthy.
    pub fn is(&self, expression: &str) -> Result<bool> {
        Ok(self.eval(&format!("!!({expression})"))? == Value::Bool(true))
    }

    /// Visible text of the first element that matches.
    pub fn text(&self, selector: &str) -> Result<String> {
        let text = self.eval(&format!("document.querySelector({})?.innerText ?? null", json!(selector)))?;
        Ok(text.as_str().with_context(|| format!("there is no {selector}"))?.to_owned())
    }

    /// How many elements match.
    pub fn count(&self, selector: &str) -> Result<usize> {
        let count = self.eval(&format!("document.querySelectorAll({}).length", json!(selector)))?;
        Ok(usize::try_from(count.as_u64().unwrap_or_default())?)
    }

    /// Waits until an element that matches is visible.
    pub fn wait_for(&self, selector: &str) -> Result<()> {
        self.wait_until(&visible(selector), PATIENCE).with_context(|| format!("waiting for {selector}"))
    }

    /// Waits until no element that matches is visible.
    pub fn wait_gone(&self, selector: &str) -> Result<()> {
        self.wait_until(&format!("!({})", visible(selector)), PATIENCE)
            .with_context(|| format!("waiting for {selector} to go"))
    }

    /// Waits until the page shows this text somewhere.
    pub fn wait_for_text(&self, text: &str) -> Result<()> {
        self.wait_until(&format!("document.body.innerText.includes({})", json!(text)), PATIENCE)
    }

    /// Waits until a JavaScript expression is truthy.
    pub fn wait_until(&self, expression: &str, seconds: u64) -> Result<()> {
        let deadline = Instant::now() + Duration::from_secs(seconds);
        while !self.is(expression)? {
            if Instant::now() > deadline {
                bail!("`{}` did not become true within {seconds} s{}", shortened(expression), self.last_problems());
            }
            self.sleep(POLL)?;
        }
        Ok(())
    }

    /// Lets time pass, and workers start.
    pub fn sleep(&self, duration: Duration) -> Result<()> {
        self.cdp.borrow_mut().listen(duration)
    }

    /// Scrolls the element into view and clicks its middle with the mouse.
    pub fn click(&self, selector: &str) -> Result<()> {
        self.click_at(selector, 0.5, 0.5)
    }

    /// As [`Page::click`], at a place given in fractions of the element's width and height.
    pub fn click_at(&self, selector: &str, x: f64, y: f64) -> Result<()> {
        self.wait_for(selector)?;
        let point = self.point(selector, x, y)?;
        // What lies on top takes the click; a visitor could not click through it either.
        let hit = format!(
            "(() => {{ const e = document.querySelector({}), h = document.elementFromPoint({}, {}); \
             return !!h && (e.contains(h) || h.contains(e) || !!h.closest('label')?.contains(e)); }})()",
            json!(selector),
            point.0,
            point.1
        );
        if !self.is(&hit)? {
            bail!("something covers {selector}");
        }
        self.mouse("mouseMoved", point, 0)?;
        self.mouse("mousePressed", point, 1)?;
        self.mouse("mouseReleased", point, 0)
    }

    /// Clicks the first visible button, link, tab or summary whose text or accessible name contains `text`.
    pub fn click_text(&self, text: &str) -> Result<()> {
        let mark = format!(
            "(() => {{ document.querySelectorAll('[data-e2e-click]').forEach(e => e.removeAttribute('data-e2e-click')); \
             for (const e of document.querySelectorAll('button, a, [role=button], [role=tab], summary, label')) \
             if (((e.getAttribute('aria-label') ?? '') + ' ' + e.innerText).includes({}) && e.checkVisibility()) \
             {{ e.setAttribute('data-e2e-click', ''); return true; }} return false; }})()",
            json!(text)
        );
        self.wait_until(&mark, PATIENCE).with_context(|| format!("looking for something to click called “{text}”"))?;
        self.click("[data-e2e-click]")
    }

    /// Moves the pointer over a place of the element.
    pub fn hover(&self, selector: &str, x: f64, y: f64) -> Result<()> {
        self.wait_for(selector)?;
        let point = self.point(selector, x, y)?;
        self.mouse("mouseMoved", point, 0)
    }

    /// Draws a stroke with the mouse through points given in fractions of the element's width and height.
    pub fn drag(&self, selector: &str, points: &[(f64, f64)]) -> Result<()> {
        self.wait_for(selector)?;
        let corners = points.iter().map(|&(x, y)| self.point(selector, x, y)).collect::<Result<Vec<_>>>()?;
        let (Some(&first), Some(&last)) = (corners.first(), corners.last()) else { bail!("a stroke needs points") };
        self.mouse("mouseMoved", first, 0)?;
        self.mouse("mousePressed", first, 1)?;
        for pair in corners.windows(2) {
            for step in 1..=5 {
                let along = |a: f64, b: f64| a + (b - a) * f64::from(step) / 5.0;
                self.mouse("mouseMoved", (along(pair[0].0, pair[1].0), along(pair[0].1, pair[1].1)), 1)?;
            }
        }
        self.mouse("mouseReleased", last, 0)
    }

    fn mouse(&self, kind: &str, (x, y): (f64, f64), buttons: u32) -> Result<()> {
        let moves = kind == "mouseMoved";
        let button = if moves && buttons == 0 { "none" } else { "left" };
        let parameters = json!({ "type": kind, "x": x, "y": y, "button": button, "buttons": buttons, "clickCount": u32::from(!moves) });
        self.call("Input.dispatchMouseEvent", parameters).map(drop)
    }

    /// A place of the element in the viewport, after scrolling it there. What still moves, because the page scrolls or a
    /// picture above has just come, is waited for, for two seconds at most.
    fn point(&self, selector: &str, x: f64, y: f64) -> Result<(f64, f64)> {
        let place = self.eval(&format!(
            "(async () => {{ \
             const inside = r => r.top >= 0 && r.left >= 0 && r.bottom <= innerHeight && r.right <= innerWidth; \
             for (let last = '', left = 50; ; left--) {{ \
                 const e = document.querySelector({}); if (!e) return null; \
                 if (!inside(e.getBoundingClientRect())) e.scrollIntoView({{ block: 'center', inline: 'center', behavior: 'instant' }}); \
                 const r = e.getBoundingClientRect(), now = [r.left + r.width * {x}, r.top + r.height * {y}]; \
                 if (String(now) === last || left === 0) return now; \
                 last = String(now); await new Promise(then => setTimeout(then, 40)); \
             }} }})()",
            json!(selector)
        ))?;
        match (place[0].as_f64(), place[1].as_f64()) {
            (Some(x), Some(y)) => Ok((x, y)),
            _ => bail!("there is no {selector}"),
        }
    }

    /// Types text into whatever has the focus.
    pub fn type_text(&self, text: &str) -> Result<()> {
        for character in text.chars() {
            let text = character.to_string();
            self.call("Input.dispatchKeyEvent", json!({ "type": "keyDown", "text": text, "key": text }))?;
            self.call("Input.dispatchKeyEvent", json!({ "type": "keyUp", "key": text }))?;
        }
        Ok(())
    }

    /// Replaces the content of a text or number field by typing, then leaves it.
    pub fn fill(&self, selector: &str, text: &str) -> Result<()> {
        self.click(selector)?;
        self.eval(&format!("document.querySelector({}).select()", json!(selector)))?;
        self.type_text(text)?;
        self.press("Tab")
    }

    /// Chooses an option of a `<select>`, as the keyboard would: value, then `input` and `change` events.
    pub fn select(&self, selector: &str, value: &str) -> Result<()> {
        self.wait_for(selector)?;
        let chosen = self.eval(&format!(
            "(() => {{ const e = document.querySelector({}); e.focus(); e.value = {}; \
             for (const t of ['input', 'change']) e.dispatchEvent(new Event(t, {{ bubbles: true }})); return e.value; }})()",
            json!(selector), json!(value)
        ))?;
        if chosen != json!(value) {
            bail!("{selector} has no option “{value}”");
        }
        Ok(())
    }

    /// Presses one key by its name (`Tab`, `Enter`, `Escape`, `ArrowLeft`, `Space`, `a`), with `Shift+`,
    /// `Control+` before it where wanted.
    pub fn press(&self, key: &str) -> Result<()> {
        let (mut modifiers, mut name) = (0, key);
        for (prefix, bit) in [("Alt+", 1), ("Control+", 2), ("Meta+", 4), ("Shift+", 8)] {
            if let Some(rest) = name.strip_prefix(prefix) {
                (modifiers, name) = (modifiers | bit, rest);
            }
        }
        let (key, code, number, text) = match name {
            "Tab" => ("Tab", "Tab", 9, ""),
            "Enter" => ("Enter", "Enter", 13, "\r"),
            "Escape" => ("Escape", "Escape", 27, ""),
            "Space" => (" ", "Space", 32, " "),
            "Backspace" => ("Backspace", "Backspace", 8, ""),
            "Delete" => ("Delete", "Delete", 46, ""),
            "PageUp" => ("PageUp", "PageUp", 33, ""),
            "PageDown" => ("PageDown", "PageDown", 34, ""),
            "End" => ("End", "End", 35, ""),
            "Home" => ("Home", "Home", 36, ""),
            "ArrowLeft" => ("ArrowLeft", "ArrowLeft", 37, ""),
            "ArrowUp" => ("ArrowUp", "ArrowUp", 38, ""),
            "ArrowRight" => ("ArrowRight", "ArrowRight", 39, ""),
            "ArrowDown" => ("ArrowDown", "ArrowDown", 40, ""),
            one if one.chars().count() == 1 => (one, "", u32::from(one.to_uppercase().as_bytes()[0]), one),
            other => bail!("no key is called {other}"),
        };
        let kind = if text.is_empty() { "rawKeyDown" } else { "keyDown" };
        let event = |kind: &str| json!({ "type": kind, "key": key, "code": code, "modifiers": modifiers, "windowsVirtualKeyCode": number, "text": if kind == "keyUp" { "" } else { text } });
        self.call("Input.dispatchKeyEvent", event(kind))?;
        self.call("Input.dispatchKeyEvent", event("keyUp")).map(drop)
    }

    /// Puts files into an `<input type=file>`, even a hidden one.
    pub fn set_files(&self, selector: &str, files: &[&Path]) -> Result<()> {
        let document = self.call("DOM.getDocument", json!({ "depth": 0 }))?;
        let node =
            self.call("DOM.querySelector", json!({ "nodeId": document["root"]["nodeId"], "selector": selector }))?;
        if node["nodeId"].as_u64().unwrap_or_default() == 0 {
            bail!("there is no {selector}");
        }
        self.call("DOM.setFileInputFiles", json!({ "nodeId": node["nodeId"], "files": files })).map(drop)
    }

    /// Waits until a download of this name is complete and returns the file.
    pub fn wait_download(&self, name: &str) -> Result<PathBuf> {
        let deadline = Instant::now() + Duration::from_secs(PATIENCE);
        loop {
            let finished = self.cdp.borrow().finished_downloads();
            if finished.iter().any(|n| n == name) {
                return Ok(self.downloads.join(name));
            }
            if Instant::now() > deadline {
                bail!("no download called {name} within {PATIENCE} s; there were {finished:?}{}", self.last_problems());
            }
            self.sleep(POLL)?;
        }
    }

    /// Changes the size of the page.
    pub fn resize(&self, viewport: Viewport) -> Result<()> {
        let Viewport { width, height, mobile } = viewport;
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile });
        self.call("Emulation.setDeviceMetricsOverride", size)?;
        self.call("Emulation.setTouchEmulationEnabled", json!({ "enabled": mobile })).map(drop)
    }

    /// Light or dark, with or without motion.
    pub fn emulate(&self, look: Look) -> Result<()> {
        let scheme = if look.dark { "dark" } else { "light" };
        let motion = if look.reduced_motion { "reduce" } else { "no-preference" };
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": motion },
        ]);
        self.call("Emulation.setEmulatedMedia", json!({ "features": features })).map(drop)
    }

    /// Puts this tab in front of the others, which are hidden then (`document.visibilityState`).
    pub fn bring_to_front(&self) -> Result<()> {
        self.call("Page.bringToFront", json!({})).map(drop)
    }

    /// Cuts the page's connection, or restores it (workers keep theirs).
    pub fn offline(&self, offline: bool) -> Result<()> {
        let conditions = json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.call("Network.emulateNetworkConditions", conditions).map(drop)
    }

    /// Runs JavaScript in every document of this tab before its own scripts do.
    pub fn before_load(&self, script: &str) -> Result<()> {
        self.call("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).map(drop)
    }

    /// A PNG of the visible page, or of its whole height.
    pub fn screenshot(&self, file: &Path, whole: bool) -> Result<()> {
        let mut parameters = json!({ "format": "png" });
        if whole {
            let metrics = self.call("Page.getLayoutMetrics", json!({}))?;
            let size = &metrics["cssContentSize"];
            parameters["captureBeyondViewport"] = json!(true);
            parameters["clip"] =
                json!({ "x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1 });
        }
        let picture = self.call("Page.captureScreenshot", parameters)?;
        let bytes = base64::engine::general_purpose::STANDARD.decode(picture["data"].as_str().unwrap_or_default())?;
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(file, bytes).with_context(|| format!("cannot write {}", file.display()))
    }

    /// Console errors, uncaught exceptions and failed requests of the page and its workers so far.
    pub fn problems(&self) -> Vec<String> {
        self.cdp.borrow_mut().record(&self.session).problems.clone()
    }

    /// Forgets the problems so far, where a test has caused them on purpose.
    pub fn forget_problems(&self) {
        self.cdp.borrow_mut().record(&self.session).problems.clear();
    }

    /// Everything the page and its workers printed, `level: text`.
    pub fn console(&self) -> Vec<String> {
        self.cdp.borrow_mut().record(&self.session).console.clone()
    }

    /// Every address the page and its workers asked for.
    pub fn requests(&self) -> Vec<String> {
        self.cdp.borrow_mut().record(&self.session).requests.clone()
    }

    /// The origins of [`Page::requests`].
    pub fn origins(&self) -> BTreeSet<String> {
        self.requests().iter().map(|url| url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/")).collect()
    }

    fn last_problems(&self) -> String {
        let problems = self.problems();
        let last: Vec<&str> = problems.iter().rev().take(3).map(String::as_str).collect();
        if last.is_empty() { String::new() } else { format!("; last problems: {}", last.join(" | ")) }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.cdp.borrow_mut().send(None, "Target.closeTarget", json!({ "targetId": self.target })).ok();
    }
}

fn visible(selector: &str) -> String {
    format!("[...document.querySelectorAll({})].some(e => e.checkVisibility())", json!(selector))
}

fn shortened(expression: &str) -> String {
    let words: String = expression.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() <= 160 { words } else { words.chars().take(160).collect::<String>() + " …" }
}
