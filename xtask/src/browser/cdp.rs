//! The DevTools protocol: calls, answers, and a record of what the page and its workers did.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};
use std::io::ErrorKind;
use std::net::TcpStream;
use std::time::{Duration, Instant};
use tungstenite::{Message, WebSocket};

/// Longest silence after a call.
const ANSWER: Duration = Duration::from_secs(60);
/// How often a wait looks at the clock.
const TICK: Duration = Duration::from_millis(20);

/// What happened in one tab and its workers since it was opened.
#[derive(Default)]
pub struct Record {
    /// Console errors, uncaught exceptions and failed requests, in order.
    pub problems: Vec<String>,
    /// Everything the page printed, `level: text`.
    pub console: Vec<String>,
    /// Every address asked for, except `data:` and `blob:`.
    pub requests: Vec<String>,
    /// Number of load events.
    pub loads: usize,
    /// The renderer died.
    pub crashed: bool,
}

/// One connection to the browser; every tab and worker is a session on it.
pub struct Cdp {
    socket: WebSocket<TcpStream>,
    next_id: u64,
    /// Answers that came while another one was awaited.
    answers: HashMap<u64, Value>,
    /// Calls whose answer nobody waits for.
    unawaited: BTreeSet<u64>,
    /// Session of a worker -> session of its tab.
    parents: HashMap<String, String>,
    records: HashMap<String, Record>,
    /// Names of finished downloads, by the id the browser gives them.
    downloads: HashMap<String, (String, bool)>,
}

impl Cdp {
    /// Connects to `ws://host:port/path`.
    ///
    /// # Errors
    /// When nobody answers there.
    pub fn connect(address: &str) -> Result<Self> {
        let authority = address.trim_start_matches("ws://").split('/').next().unwrap_or_default();
        let stream = TcpStream::connect(authority).context("cannot reach the browser")?;
        stream.set_nodelay(true)?;
        // Screenshots and pictures of feature maps are larger than the default limit.
        let config = tungstenite::protocol::WebSocketConfig::default()
            .max_message_size(Some(1 << 30))
            .max_frame_size(Some(1 << 30));
        let (socket, _) = tungstenite::client::client_with_config(address, stream, Some(config))
            .map_err(|e| anyhow::anyhow!("cannot talk to the browser: {e}"))?;
        socket.get_ref().set_read_timeout(Some(TICK))?;
        Ok(Self {
            socket,
            next_id: 0,
            answers: HashMap::new(),
            unawaited: BTreeSet::new(),
            parents: HashMap::new(),
            records: HashMap::new(),
            downloads: HashMap::new(),
        })
    }

    /// Sends a call and returns its result.
    ///
    /// # Errors
    /// When the browser refuses it, or is silent for a minute.
    pub fn call(&mut self, session: Option<&str>, method: &str, parameters: Value) -> Result<Value> {
        self.call_within(session, method, parameters, ANSWER)
    }

    /// As [`Cdp::call`], with another patience.
    ///
    /// # Errors
    /// As [`Cdp::call`].
    pub fn call_within(
        &mut self,
        session: Option<&str>,
        method: &str,
        parameters: Value,
        patience: Duration,
    ) -> Result<Value> {
        let id = self.write(session, method, parameters)?;
        let deadline = Instant::now() + patience;
        loop {
            if let Some(answer) = self.answers.remove(&id) {
                if let Some(error) = answer.get("error") {
                    bail!("{method}: {}", error["message"].as_str().unwrap_or("refused"));
                }
                return Ok(answer["result"].clone());
            }
            if Instant::now() > deadline {
                self.unawaited.insert(id);
                bail!("{method}: no answer within {} s", patience.as_secs());
            }
            self.read()?;
        }
    }

    /// Sends a call without waiting for its answer.
    ///
    /// # Errors
    /// When the connection is gone.
    pub fn send(&mut self, session: Option<&str>, method: &str, parameters: Value) -> Result<()> {
        let id = self.write(session, method, parameters)?;
        self.unawaited.insert(id);
        Ok(())
    }

    /// Takes in what the browser has to say for this long.
    ///
    /// # Errors
    /// When the connection is gone.
    pub fn listen(&mut self, duration: Duration) -> Result<()> {
        let deadline = Instant::now() + duration;
        while Instant::now() < deadline {
            self.read()?;
        }
        Ok(())
    }

    /// Begins to record what a tab does.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn watch(&mut self, session: &str) -> Result<()> {
        self.records.insert(session.to_owned(), Record::default());
        for method in
            ["Page.enable", "Runtime.enable", "Network.enable", "Log.enable", "Inspector.enable", "DOM.enable"]
        {
            self.call(Some(session), method, json!({}))?;
        }
        self.call(Some(session), "Target.setAutoAttach", auto_attach())?;
        Ok(())
    }

    /// What a tab has done so far.
    pub fn record(&mut self, session: &str) -> &mut Record {
        self.records.entry(session.to_owned()).or_default()
    }

    /// Names of the downloads that are complete.
    pub fn finished_downloads(&self) -> Vec<String> {
        self.downloads.values().filter(|(_, done)| *done).map(|(name, _)| name.clone()).collect()
    }

    fn write(&mut self, session: Option<&str>, method: &str, parameters: Value) -> Result<u64> {
        self.next_id += 1;
        let mut message = json!({ "id": self.next_id, "method": method, "params": parameters });
        if let Some(session) = session {
            message["sessionId"] = json!(session);
        }
        self.socket.send(Message::text(message.to_string())).context("the browser is gone")?;
        Ok(self.next_id)
    }

    /// Takes in one message, or nothing for one tick.
    fn read(&mut self) -> Result<()> {
        match self.socket.read() {
            Ok(Message::Text(text)) => {
                let message: Value =
                    serde_json::from_str(text.as_str()).context("the browser sent something unreadable")?;
                self.take(message)
            }
            Ok(Message::Close(_)) => bail!("the browser closed the connection"),
            Ok(_) => Ok(()),
            Err(tungstenite::Error::Io(e)) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => Ok(()),
            Err(error) => Err(error).context("the browser is gone"),
        }
    }

    fn take(&mut self, message: Value) -> Result<()> {
        if let Some(id) = message["id"].as_u64() {
            if !self.unawaited.remove(&id) {
                self.answers.insert(id, message);
            }
            return Ok(());
        }
        let method = message["method"].as_str().unwrap_or_default();
        let parameters = &message["params"];
        let session = message["sessionId"].as_str().unwrap_or_default();
        let tab = self.parents.get(session).cloned().unwrap_or_else(|| session.to_owned());
        match method {
            "Target.attachedToTarget" => self.attached(&tab, session, parameters)?,
            "Browser.downloadWillBegin" => {
                let name = parameters["suggestedFilename"].as_str().unwrap_or_default().to_owned();
                self.downloads.insert(parameters["guid"].to_string(), (name, false));
            }
            "Browser.downloadProgress" if parameters["state"] == "completed" => {
                if let Some((_, done)) = self.downloads.get_mut(&parameters["guid"].to_string()) {
                    *done = true;
                }
            }
            _ => {
                let in_worker = tab != session;
                if let Some(record) = self.records.get_mut(&tab) {
                    record.take(method, parameters, in_worker);
                }
            }
        }
        Ok(())
    }

    /// A new worker waits until it is attached to: record it too, then let it go.
    fn attached(&mut self, tab: &str, parent: &str, parameters: &Value) -> Result<()> {
        let Some(worker) = parameters["sessionId"].as_str().map(str::to_owned) else { return Ok(()) };
        if parent.is_empty() {
            // A tab that we opened ourselves: `watch` sees to it.
            return Ok(());
        }
        self.parents.insert(worker.clone(), tab.to_owned());
        for method in ["Runtime.enable", "Network.enable"] {
            self.send(Some(&worker), method, json!({}))?;
        }
        self.send(Some(&worker), "Target.setAutoAttach", auto_attach())?;
        self.send(Some(&worker), "Runtime.runIfWaitingForDebugger", json!({}))
    }
}

fn auto_attach() -> Value {
    json!({ "autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true })
}

impl Record {
    fn take(&mut self, method: &str, parameters: &Value, in_worker: bool) {
        match method {
            "Runtime.consoleAPICalled" => {
                let level = parameters["type"].as_str().unwrap_or_default();
                let words = parameters["args"].as_array().map(|args| args.iter().map(shown).collect::<Vec<_>>());
                let line = format!("{level}: {}", words.unwrap_or_default().join(" "));
                if matches!(level, "error" | "assert") {
                    self.problems.push(format!("console {line}"));
                }
                self.console.push(line);
            }
            "Runtime.exceptionThrown" => {
                let details = &parameters["exceptionDetails"];
                let what =
                    details["exception"]["description"].as_str().or(details["text"].as_str()).unwrap_or_default();
                self.problems.push(format!("uncaught exception: {what}"));
            }
            "Log.entryAdded" if parameters["entry"]["level"] == "error" => {
                let entry = &parameters["entry"];
                let text = entry["text"].as_str().unwrap_or_default();
                self.problems.push(format!("{text} {}", entry["url"].as_str().unwrap_or_default()));
            }
            "Network.requestWillBeSent" => {
                let url = parameters["request"]["url"].as_str().unwrap_or_default();
                if !url.starts_with("data:") && !url.starts_with("blob:") {
                    self.requests.push(url.to_owned());
                }
            }
            // The page's own failures come as log entries; a worker has no log.
            "Network.responseReceived" if in_worker => {
                let response = &parameters["response"];
                if response["status"].as_u64().unwrap_or_default() >= 400 {
                    self.problems.push(format!(
                        "{} for {}",
                        response["status"],
                        response["url"].as_str().unwrap_or_default()
                    ));
                }
            }
            "Page.loadEventFired" => self.loads += 1,
            "Inspector.targetCrashed" => {
                self.crashed = true;
                self.problems.push("the page crashed".to_owned());
            }
            _ => {}
        }
    }
}

/// A console argument as text.
fn shown(argument: &Value) -> String {
    let value = &argument["value"];
    match value.as_str() {
        Some(text) => text.to_owned(),
        None if !value.is_null() => value.to_string(),
        None => argument["description"].as_str().unwrap_or_default().to_owned(),
    }
}
