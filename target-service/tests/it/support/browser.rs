//! A headless Chromium, driven through its debugging protocol.
//!
//! As much of the protocol as a page of ours needs: <https://chromedevtools.github.io/devtools-protocol/>.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_tungstenite::tungstenite::{Message, WebSocket, client};

const PROGRAMS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
const PATIENCE: Duration = Duration::from_mins(1);
const POLL: Duration = Duration::from_millis(20);

/// One browser with one page. Ends with its handle.
pub(crate) struct Browser {
    process: Child,
    socket: WebSocket<TcpStream>,
    session: Option<String>,
    calls: u64,
    /// What the page reported: uncaught errors, and what its security policy refused.
    pub(crate) complaints: Vec<String>,
    _profile: TempDir,
}

impl Browser {
    /// Starts a browser with an empty profile.
    pub(crate) fn start() -> Self {
        let profile = tempfile::tempdir().expect("a folder");
        let (mut process, program) = launch(profile.path());
        let address = debugging_address(&mut process);
        let address = address.unwrap_or_else(|| panic!("{program} ended without an address"));
        let host = address.trim_start_matches("ws://").split('/').next();
        let stream = TcpStream::connect(host.expect("a host")).expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let (socket, _) = client(address.as_str(), stream).expect("a web socket");
        let mut browser = Self {
            process,
            socket,
            session: None,
            calls: 0,
            complaints: Vec::new(),
            _profile: profile,
        };
        let page = browser.call("Target.createTarget", &json!({"url": "about:blank"}));
        let attach = json!({"targetId": page["targetId"], "flatten": true});
        let session = browser.call("Target.attachToTarget", &attach);
        browser.session = session["sessionId"].as_str().map(ToOwned::to_owned);
        for domain in ["Page", "Runtime", "Log", "Audits"] {
            browser.call(&format!("{domain}.enable"), &json!({}));
        }
        browser
    }

    /// Opens `url` and waits until it is loaded.
    pub(crate) fn open(&mut self, url: &str) {
        self.call("Page.navigate", &json!({"url": url}));
        let url = json!(url);
        self.wait_for(&format!(
            "document.readyState === 'complete' && location.href === {url}"
        ));
    }

    /// Size of the window in CSS pixels; `phone` has a touch screen.
    pub(crate) fn resize(&mut self, width: u32, height: u32, phone: bool) {
        let metrics =
            json!({"width": width, "height": height, "deviceScaleFactor": 2, "mobile": phone});
        self.call("Emulation.setDeviceMetricsOverride", &metrics);
    }

    /// `light` or `dark`, as the system of the user would have it.
    pub(crate) fn scheme(&mut self, scheme: &str) {
        let features = json!([
            {"name": "prefers-color-scheme", "value": scheme},
            // Else a picture shows colours on their way from one to the other.
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]);
        self.call("Emulation.setEmulatedMedia", &json!({"features": features}));
    }

    /// The value of an expression.
    pub(crate) fn eval(&mut self, expression: &str) -> Value {
        let script = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let answer = self.call("Runtime.evaluate", &script);
        let failed = &answer["exceptionDetails"];
        assert!(failed.is_null(), "{expression}: {failed}");
        answer["result"]["value"].clone()
    }

    /// Waits until an expression is true.
    pub(crate) fn wait_for(&mut self, condition: &str) {
        let begin = Instant::now();
        while self.eval(condition) != json!(true) {
            assert!(begin.elapsed() < PATIENCE, "never true: {condition}");
            thread::sleep(POLL);
        }
    }

    /// Clicks into the middle of the first element that `selector` finds.
    pub(crate) fn click(&mut self, selector: &str) {
        let selector = json!(selector);
        let place = self.eval(&format!(
            "(() => {{ const e = document.querySelector({selector}); e.scrollIntoView({{block: 'center'}}); \
             const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; }})()"
        ));
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({"type": kind, "x": place[0], "y": place[1], "button": "left", "clickCount": 1});
            self.call("Input.dispatchMouseEvent", &event);
        }
    }

    /// Replaces the text of a field, as typed.
    pub(crate) fn fill(&mut self, selector: &str, text: &str) {
        self.click(selector);
        let selector = json!(selector);
        self.eval(&format!("document.querySelector({selector}).select()"));
        if text.is_empty() {
            self.press("Delete", 46, None);
        } else {
            self.call("Input.insertText", &json!({"text": text}));
        }
    }

    /// Presses a key by its name and code; `text` is what it writes.
    pub(crate) fn press(&mut self, key: &str, code: u32, text: Option<&str>) {
        let mut event =
            json!({"type": "keyDown", "key": key, "code": key, "windowsVirtualKeyCode": code});
        if let Some(text) = text {
            event["text"] = json!(text);
        }
        self.call("Input.dispatchKeyEvent", &event);
        event["type"] = json!("keyUp");
        self.call("Input.dispatchKeyEvent", &event);
    }

    /// Writes the whole page as PNG.
    pub(crate) fn screenshot(&mut self, path: &Path) {
        let how = json!({"format": "png", "captureBeyondViewport": true});
        let answer = self.call("Page.captureScreenshot", &how);
        let data = answer["data"].as_str().expect("an image");
        let png = BASE64_STANDARD.decode(data).expect("base64");
        fs::write(path, png).expect("a file");
    }

    /// One call of the protocol; panics when the browser refuses it.
    fn call(&mut self, method: &str, params: &Value) -> Value {
        self.calls += 1;
        let id = self.calls;
        let mut call = json!({"id": id, "method": method, "params": params});
        if let Some(session) = &self.session {
            call["sessionId"] = json!(session);
        }
        let sent = self.socket.send(Message::text(call.to_string()));
        sent.expect("the browser listens");
        loop {
            let message = self.socket.read().expect("the browser answers");
            let Message::Text(text) = message else {
                continue;
            };
            let message: Value = serde_json::from_str(&text).expect("JSON");
            if message["id"] == id {
                assert!(message["error"].is_null(), "{method}: {}", message["error"]);
                return message["result"].clone();
            }
            self.note(&message);
        }
    }

    fn note(&mut self, event: &Value) {
        let params = &event["params"];
        match event["method"].as_str() {
            Some("Runtime.exceptionThrown") => self.complaints.push(params.to_string()),
            Some("Audits.issueAdded")
                if params["issue"]["code"] == "ContentSecurityPolicyIssue" =>
            {
                self.complaints.push(params.to_string());
            }
            // A request that is answered with an error is logged, too; that is no complaint.
            Some("Log.entryAdded") if params["entry"]["source"] != "network" => {
                self.complaints.push(params.to_string());
            }
            _ => {}
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn launch(profile: &Path) -> (Child, &'static str) {
    for program in PROGRAMS {
        let mut command = Command::new(program);
        command
            .args(["--headless", "--disable-gpu", "--disable-dev-shm-usage"])
            .args(["--no-first-run", "--remote-debugging-port=0"])
            // Root has no sandbox, and these pages are our own.
            .arg("--no-sandbox")
            .arg(format!("--user-data-dir={}", profile.display()))
            .arg("about:blank")
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        if let Ok(process) = command.spawn() {
            return (process, program);
        }
    }
    panic!(
        "no browser: install the package `chromium` (looked for {})",
        PROGRAMS.join(", ")
    );
}

/// The first words of the browser; what it says later is read and dropped.
fn debugging_address(process: &mut Child) -> Option<String> {
    let mut lines = BufReader::new(process.stderr.take()?).lines();
    let address = lines.by_ref().map_while(Result::ok).find_map(|line| {
        let address = line.strip_prefix("DevTools listening on ")?;
        Some(address.trim().to_owned())
    });
    thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
    address
}
