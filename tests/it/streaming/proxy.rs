//! A proxy between client and server that treats event streams badly, as told.
//!
//! It asks the server in HTTP/1.0, so that what comes back is the bare bytes of the events, and
//! writes the chunks of the answer itself: a chunk border is where the test wants it, and a cut
//! falls after exactly so many bytes of events. Other requests pass as they are.

#![expect(clippy::unwrap_used, reason = "a test proxy fails loudly")]

use std::{
    future::pending,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::sleep,
};

/// What happens to one event stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// It comes in chunks of so many bytes.
    Chunks(usize),
    /// The connection is reset after so many bytes.
    Cut(usize),
    /// The server's direction is closed after so many bytes; ours stays open.
    HalfClose(usize),
    /// Nothing more comes after so many bytes, and the connection stays.
    Stall(usize),
    /// It ends in order at this age.
    Life(Duration),
}

type Plan = Box<dyn FnMut(usize) -> Fault + Send>;

struct Shared {
    upstream: SocketAddr,
    plan: Mutex<(usize, Plan)>,
}

/// A running proxy.
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    _tasks: JoinSet<()>,
}

impl Proxy {
    /// Starts a proxy; the plan tells the fault of the first event stream, of the second, …
    pub async fn start(url: &str, plan: impl FnMut(usize) -> Fault + Send + 'static) -> Self {
        let upstream = url.trim_start_matches("http://").parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            upstream,
            plan: Mutex::new((0, Box::new(plan))),
        });
        let mut tasks = JoinSet::new();
        let own = shared.clone();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((socket, _)) = listener.accept().await {
                let shared = own.clone();
                connections.spawn(async move {
                    // An error is the end of a connection, which is what is tested.
                    let _ = relay(socket, &shared).await;
                });
            }
        });
        Self {
            address,
            shared,
            _tasks: tasks,
        }
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many event streams were opened.
    pub fn streams(&self) -> usize {
        self.shared.plan.lock().unwrap().0
    }
}

impl Shared {
    fn next_fault(&self) -> Fault {
        let mut plan = self.plan.lock().unwrap();
        let number = plan.0;
        plan.0 += 1;
        (plan.1)(number)
    }
}

async fn relay(mut client: TcpStream, shared: &Shared) -> io::Result<()> {
    client.set_nodelay(true)?;
    let (head, rest) = read_head(&mut client).await?;
    let is_stream = head.split(['?', ' ']).nth(1).unwrap().ends_with("/event");
    let mut server = TcpStream::connect(shared.upstream).await?;
    let head = head.replacen(" HTTP/1.1", " HTTP/1.0", 1);
    server.write_all(head.as_bytes()).await?;
    server.write_all(&rest).await?;
    if is_stream {
        let fault = shared.next_fault();
        stream(client, server, fault).await
    } else {
        copy_bidirectional(&mut client, &mut server).await.map(drop)
    }
}

async fn read_head(socket: &mut TcpStream) -> io::Result<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let count = socket.read(&mut buffer).await?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes.extend_from_slice(&buffer[..count]);
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let rest = bytes.split_off(at + 4);
            return Ok((String::from_utf8(bytes).unwrap(), rest));
        }
    }
}

/// How many bytes a fault lets through.
fn limit(fault: Fault) -> usize {
    match fault {
        Fault::Cut(limit) | Fault::HalfClose(limit) | Fault::Stall(limit) => limit,
        Fault::None | Fault::Chunks(_) | Fault::Life(_) => usize::MAX,
    }
}

async fn stream(mut client: TcpStream, mut server: TcpStream, fault: Fault) -> io::Result<()> {
    let (head, mut bytes) = read_head(&mut server).await?;
    let head = head.replacen("HTTP/1.0", "HTTP/1.1", 1);
    let head = head.replacen("\r\n", "\r\nTransfer-Encoding: chunked\r\n", 1);
    client.write_all(head.as_bytes()).await?;
    let age = async {
        match fault {
            Fault::Life(life) => sleep(life).await,
            _ => pending().await,
        }
    };
    tokio::pin!(age);
    let mut left = limit(fault);
    let (mut buffer, mut said) = (vec![0; 16 * 1024], [0; 64]);
    loop {
        bytes.truncate(left);
        left -= bytes.len();
        client.write_all(&chunked(&bytes, fault)).await?;
        if left == 0 {
            return give_up(client, fault).await;
        }
        tokio::select! {
            count = server.read(&mut buffer) => match count? {
                0 => break,
                count => bytes = buffer[..count].to_vec(),
            },
            count = client.read(&mut said) => if count? == 0 { return Ok(()) },
            () = &mut age => break,
        }
    }
    client.write_all(b"0\r\n\r\n").await
}

fn chunked(bytes: &[u8], fault: Fault) -> Vec<u8> {
    let size = match fault {
        Fault::Chunks(size) => size,
        _ => usize::MAX,
    };
    let mut all = Vec::new();
    for chunk in bytes.chunks(size) {
        all.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        all.extend_from_slice(chunk);
        all.extend_from_slice(b"\r\n");
    }
    all
}

async fn give_up(mut client: TcpStream, fault: Fault) -> io::Result<()> {
    match fault {
        Fault::Cut(_) => client.set_zero_linger()?,
        Fault::HalfClose(_) => {
            client.shutdown().await?;
            until_gone(client).await?;
        }
        _ => until_gone(client).await?,
    }
    Ok(())
}

async fn until_gone(mut client: TcpStream) -> io::Result<()> {
    while client.read(&mut [0; 64]).await? > 0 {}
    Ok(())
}
