//! Whatever is sent to the server, it answers or closes the connection, stays small and serves the
//! next one.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use chime_replica::canister_id_from_counter;
use chime_replica::server::limits::{HTTP_BODY_BYTES, LARGE_BODIES_BYTES};

use ic_agent::AgentError;

use crate::process::{found, spawn};
use crate::support::{agent, create_counter, ed25519, get, increment, start};

/// A client that waits longer than that for an answer gives up; no answer takes so long.
const PATIENCE: Duration = Duration::from_secs(50);

/// The status of an answer, or 0 for a connection that was closed without one or with a frame of
/// HTTP/2.
fn status_of(answer: &[u8]) -> u16 {
    let text = answer
        .get(9..12)
        .and_then(|text| std::str::from_utf8(text).ok());
    text.and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// Sends bytes and reads what comes. The sending side of what is no whole request is ended: the
/// server would wait for more.
fn exchange(address: SocketAddr, bytes: &[u8], is_whole: bool) -> u16 {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    // A server that refuses early may close before it has read everything.
    let _ = stream.write_all(bytes);
    if !is_whole {
        let _ = stream.shutdown(Shutdown::Write);
    }
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    status_of(&answer)
}

fn post(path: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{headers}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

/// A body with its right length and the right type.
fn cbor(path: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let headers = format!("content-type: application/cbor\r\ncontent-length: {length}");
    post(path, &headers, body)
}

/// A map of as many pairs as fit into a body.
fn huge_map() -> Vec<u8> {
    let mut body = vec![0xba, 0, 0x10, 0, 0];
    for number in 0..0x10_0000_u32 {
        body.extend_from_slice(&[0x63, 0, 0, 0, 0]);
        let at = body.len() - 4;
        let key = format!("{:03x}", number & 0xfff);
        body[at..at + 3].copy_from_slice(key.as_bytes());
    }
    body.truncate(HTTP_BODY_BYTES);
    body
}

/// What HTTP itself refuses: closed, or answered with one of these.
const REFUSED: &[u16] = &[0, 400, 413, 414, 431];

/// What is sent, and with which statuses it may be answered; 0 is a closed connection.
type Row = (&'static str, Vec<u8>, &'static [u16]);

const KIND: &str = "content-type: application/cbor";

fn malformed() -> Vec<Row> {
    let call = format!("/api/v3/canister/{}/call", canister_id_from_counter(0));
    [bodies(&call), envelopes(&call), heads(&call)].concat()
}

fn bodies(call: &str) -> Vec<Row> {
    let head = |more: &str| post(call, &format!("{KIND}\r\n{more}"), b"");
    vec![
        ("no type", post(call, "content-length: 1", b"x"), &[400]),
        (
            "another type",
            post(call, "content-type: text/html\r\ncontent-length: 1", b"x"),
            &[400],
        ),
        ("no body", post(call, KIND, b""), &[400]),
        (
            "half a body",
            post(call, &format!("{KIND}\r\ncontent-length: 9"), b"x"),
            REFUSED,
        ),
        (
            "an endless length",
            head("content-length: 18446744073709551615"),
            REFUSED,
        ),
        (
            "a length beyond 64 bits",
            head("content-length: 99999999999999999999"),
            REFUSED,
        ),
        ("a negative length", head("content-length: -1"), REFUSED),
        (
            "two lengths",
            head("content-length: 1\r\ncontent-length: 2"),
            REFUSED,
        ),
        ("a length of 6 MiB", head("content-length: 6291456"), &[413]),
        (
            "a broken chunk",
            post(
                call,
                &format!("{KIND}\r\ntransfer-encoding: chunked"),
                b"zz\r\n",
            ),
            REFUSED,
        ),
        (
            "an endless chunk",
            post(
                call,
                &format!("{KIND}\r\ntransfer-encoding: chunked"),
                b"ffffffffffffffff\r\nx",
            ),
            REFUSED,
        ),
    ]
}

fn envelopes(call: &str) -> Vec<Row> {
    vec![
        (
            "a cut envelope",
            cbor(call, b"\xd9\xd9\xf7\xa3\x67content\xa6"),
            &[400],
        ),
        ("a huge map", cbor(call, &huge_map()), &[400]),
        ("a deep nesting", cbor(call, &vec![0x81; 4_000_000]), &[400]),
        ("a deep tagging", cbor(call, &vec![0xc1; 4_000_000]), &[400]),
        (
            "an absurd text",
            cbor(call, b"\x7b\xff\xff\xff\xff\xff\xff\xff\xff"),
            &[400],
        ),
        (
            "an absurd map",
            cbor(call, b"\xbb\x7f\xff\xff\xff\xff\xff\xff\xff\xa0"),
            &[400],
        ),
        ("zeros", cbor(call, &vec![0; HTTP_BODY_BYTES]), &[400]),
    ]
}

fn heads(call: &str) -> Vec<Row> {
    let head = |more: &str| post(call, &format!("{KIND}\r\n{more}"), b"");
    let long = "x".repeat(500_000);
    vec![
        ("a long header", head(&format!("x: {long}")), REFUSED),
        ("many headers", head(&"x: y\r\n".repeat(5_000)), REFUSED),
        (
            "a long address",
            post(&format!("/{long}"), KIND, b""),
            REFUSED,
        ),
        (
            "an address that is none",
            post("/api/v3/canister/%00%ff/call", KIND, b""),
            &[400],
        ),
        (
            "another method",
            format!("PUT {call} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").into(),
            &[405],
        ),
        ("no HTTP", b"\0\xff\x01 hello".to_vec(), REFUSED),
        (
            "a TLS hello",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
            REFUSED,
        ),
        (
            "half a preface of HTTP/2",
            b"PRI * HTTP/2.0\r\n\r\nSM".to_vec(),
            REFUSED,
        ),
        (
            "rubbish after a preface of HTTP/2",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff\xff\xff\xff\xff\xff".to_vec(),
            &[0],
        ),
        ("nothing", Vec::new(), &[0]),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn should_answer_or_close_whatever_comes_and_serve_the_next() {
    let (_directory, server) = start().await;
    let agent = agent(server.url(), ed25519(1)).await;
    let canister = create_counter(&agent).await;
    let address = server.local_addr();
    let mut wrong = Vec::new();
    for (count, (name, bytes, expected)) in (1..).zip(malformed()) {
        let status =
            tokio::task::spawn_blocking(move || exchange(address, &bytes, !expected.contains(&0)));
        let status = status.await.unwrap();
        if !expected.contains(&status) {
            wrong.push(format!("{name}: {status}"));
        }
        assert_eq!(increment(&agent, &canister).await, count, "after {name}");
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// Resident memory of a process, in bytes.
#[cfg(target_os = "linux")]
fn memory(pid: u32) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kibibytes = line.unwrap().split_whitespace().nth(1).unwrap();
    kibibytes.parse::<usize>().unwrap() * 1024
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn should_stay_small_and_serve_others_while_many_bodies_hardly_come_on() {
    const SENDERS: usize = 300;
    const SENT: usize = 1024 * 1024;
    const SLACK: usize = 150 * 1024 * 1024;
    let directory = tempfile::tempdir().unwrap();
    let mut child = spawn(directory.path());
    let network = found(directory.path()).await;
    let agent = agent(&network.url, ed25519(1)).await;
    let canister = create_counter(&agent).await;
    let before = memory(network.pid);
    let address: SocketAddr = network
        .url
        .strip_prefix("http://")
        .unwrap()
        .parse()
        .unwrap();
    let open = tokio::task::spawn_blocking(move || {
        let path = format!("/api/v3/canister/{canister}/call");
        let headers = "content-type: application/cbor\r\ncontent-length: 5000000";
        let bytes = post(&path, headers, &vec![0x80; SENT]);
        let send = |_| {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.set_write_timeout(Some(PATIENCE)).unwrap();
            // Those for which there is no room are refused while they send.
            let _ = stream.write_all(&bytes);
            stream
        };
        (0..SENDERS).map(send).collect::<Vec<_>>()
    });
    let open = open.await.unwrap();
    assert_eq!(increment(&agent, &canister).await, 1, "a small request");
    let grown = memory(network.pid).saturating_sub(before);
    // What has arrived is held once more at most, while a buffer grows.
    assert!(grown < 2 * LARGE_BODIES_BYTES + SLACK, "{grown} bytes");
    drop(open);
    // The room is given back as the server notices that the senders have gone.
    loop {
        let large = agent.update(&canister, "increment");
        match large.with_arg(vec![0; 1024 * 1024]).await {
            Ok(_) => break,
            Err(AgentError::HttpError(error)) if error.status == 503 => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Err(error) => panic!("a large request: {error}"),
        }
    }
    assert_eq!(get(&agent, &canister).await, 2, "a large request");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn should_serve_others_while_many_connections_are_silent() {
    const CONNECTIONS: usize = 400;
    let (_directory, server) = start().await;
    let agent = agent(server.url(), ed25519(1)).await;
    let canister = create_counter(&agent).await;
    let address = server.local_addr();
    let open = tokio::task::spawn_blocking(move || {
        let connect = |number: usize| {
            let mut stream = TcpStream::connect(address).unwrap();
            // Every second one begins a request and never ends its head.
            let begun = [
                b"".as_slice(),
                b"POST /api/v3/canister/x/call HTTP/1.1\r\nx: ",
            ];
            stream.write_all(begun[number % 2]).unwrap();
            stream
        };
        (0..CONNECTIONS).map(connect).collect::<Vec<_>>()
    });
    let open = open.await.unwrap();
    assert_eq!(increment(&agent, &canister).await, 1);
    assert_eq!(get(&agent, &canister).await, 1);
    drop(open);
    assert_eq!(increment(&agent, &canister).await, 2);
}
