//! A server on loopback whose every byte a test decides.

#![expect(clippy::unwrap_used, reason = "a test server fails loudly")]

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use kortix_tui::{
    api::{Client, Limits},
    model::host::{Host, Token},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::broadcast,
    task::JoinSet,
    time::{sleep, timeout},
};

/// The token of all tests; it must never show.
pub const TOKEN: &str = "kortix_pat_canary0000000000000000000000000";

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Request {
    /// `GET /v1/projects?x=y`.
    pub line: String,
    /// The headers, names lowercase.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
    /// When it was whole.
    pub at: Instant,
}

impl Request {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Whether the line begins so.
    pub fn is(&self, start: &str) -> bool {
        self.line.starts_with(start)
    }
}

/// What is answered.
pub enum Reply {
    /// These bytes, then the connection is closed.
    Raw(Vec<u8>),
    /// These bytes, then nothing for a long time.
    Hang(Vec<u8>),
    /// A whole answer after a while.
    Late(Duration, Vec<u8>),
    /// An event stream fed from a channel, ended in order after a while.
    Live(broadcast::Receiver<String>, Option<Duration>),
}

/// A running server.
pub struct Fake {
    /// Its address.
    pub address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
    open: Arc<Mutex<(usize, usize)>>,
    _tasks: JoinSet<()>,
}

impl Fake {
    /// Starts a server that answers by a function.
    pub async fn start(handler: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let open = Arc::new(Mutex::new((0, 0)));
        let handler = Arc::new(handler);
        let mut tasks = JoinSet::new();
        let (log, counts) = (requests.clone(), open.clone());
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let Ok((socket, _)) = listener.accept().await else {
                    return;
                };
                let (handler, log, counts) = (handler.clone(), log.clone(), counts.clone());
                connections.spawn(async move {
                    let Some((request, socket)) = read(socket).await else {
                        return;
                    };
                    {
                        let mut counts = counts.lock().unwrap();
                        counts.0 += 1;
                        counts.1 = counts.1.max(counts.0);
                    }
                    log.lock().unwrap().push(request.clone());
                    let reply = handler(&request);
                    let _ = write(socket, reply).await;
                    counts.lock().unwrap().0 -= 1;
                });
            }
        });
        Self {
            address,
            requests,
            open,
            _tasks: tasks,
        }
    }

    /// The server's URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A client of it.
    pub fn client(&self) -> Client {
        self.client_with(limits())
    }

    /// A client of it with other limits.
    pub fn client_with(&self, limits: Limits) -> Client {
        Client::new(host(&self.url()), limits).unwrap()
    }

    /// The requests so far whose line begins so.
    pub fn requests(&self, start: &str) -> Vec<Request> {
        let all = self.requests.lock().unwrap();
        all.iter().filter(|one| one.is(start)).cloned().collect()
    }

    /// The most requests that were open at once.
    pub fn most_open(&self) -> usize {
        self.open.lock().unwrap().1
    }

    /// Requests that are open now.
    pub fn open_now(&self) -> usize {
        self.open.lock().unwrap().0
    }
}

/// A host with the canary token.
pub fn host(url: &str) -> Host {
    Host {
        name: "test".into(),
        url: url.to_owned(),
        token: Token::new(TOKEN),
    }
}

/// Limits on a scale of milliseconds.
pub fn limits() -> Limits {
    Limits {
        connect: Duration::from_secs(2),
        deadline: Duration::from_secs(5),
        patience: Duration::from_secs(10),
        backoff: Duration::from_millis(10),
        stream_spacing: Duration::ZERO,
        ..Limits::default()
    }
}

/// A whole answer with JSON.
pub fn json(status: u16, body: &str) -> Reply {
    Reply::Raw(answer(status, "application/json", "", body))
}

/// The bytes of a whole answer; `headers` are whole lines.
pub fn answer(status: u16, kind: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\n{headers}Content-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    )
    .into_bytes()
}

/// The head of an event stream.
pub const STREAM: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\
     Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n";

/// One chunk of a chunked body.
pub fn chunk(text: &str) -> String {
    format!("{:x}\r\n{text}\r\n", text.len())
}

/// One server-sent event in a chunk.
pub fn event(data: &str) -> String {
    chunk(&format!("data: {data}\n\n"))
}

async fn read(mut socket: TcpStream) -> Option<(Request, TcpStream)> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    let head = loop {
        let count = socket.read(&mut buffer).await.ok().filter(|n| *n > 0)?;
        bytes.extend_from_slice(&buffer[..count]);
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
    };
    let text = String::from_utf8(bytes[..head].to_vec()).ok()?;
    let mut lines = text.lines();
    let line = lines.next()?.replace(" HTTP/1.1", "");
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(key, value)| (key.to_lowercase(), value.to_owned()))
        .collect();
    let length = headers.iter().find(|(key, _)| key == "content-length");
    let length = length.map_or(0, |(_, value)| value.parse().unwrap());
    let mut body = bytes[head + 4..].to_vec();
    while body.len() < length {
        let count = socket.read(&mut buffer).await.ok().filter(|n| *n > 0)?;
        body.extend_from_slice(&buffer[..count]);
    }
    let body = String::from_utf8(body).ok()?;
    let request = Request {
        line,
        headers,
        body,
        at: Instant::now(),
    };
    Some((request, socket))
}

async fn write(mut socket: TcpStream, reply: Reply) -> std::io::Result<()> {
    match reply {
        Reply::Raw(bytes) => socket.write_all(&bytes).await?,
        Reply::Late(wait, bytes) => {
            sleep(wait).await;
            socket.write_all(&bytes).await?;
        }
        Reply::Hang(bytes) => {
            socket.write_all(&bytes).await?;
            let mut rest = [0; 64];
            // Until the client goes away.
            let _ = timeout(Duration::from_secs(60), socket.read(&mut rest)).await;
        }
        Reply::Live(events, life) => live(&mut socket, events, life).await?,
    }
    socket.shutdown().await
}

async fn live(
    socket: &mut TcpStream,
    mut events: broadcast::Receiver<String>,
    life: Option<Duration>,
) -> std::io::Result<()> {
    let head = format!("{STREAM}{}", event(&connected()));
    socket.write_all(head.as_bytes()).await?;
    let end = sleep(life.unwrap_or(Duration::from_secs(60)));
    tokio::pin!(end);
    let mut rest = [0; 64];
    loop {
        tokio::select! {
            data = events.recv() => match data {
                Ok(data) => socket.write_all(event(&data).as_bytes()).await?,
                Err(_) => break,
            },
            _ = socket.read(&mut rest) => return Ok(()),
            () = &mut end => break,
        }
    }
    socket.write_all(b"0\r\n\r\n").await
}

/// The first event of a stream.
pub fn connected() -> String {
    let id = fastrand::u64(..);
    format!(r#"{{"id":"evt_c{id}","type":"server.connected","properties":{{}}}}"#)
}
