"""Bad certificates, keys, passphrases, versions and ciphers are reported by the call."""

# rows: l.context l.errors

from anynet.node import tls
from tests.conformance.identities import ca, identity, pem
from tests.conformance.tracing import log, run


def attempt(label, options=None):
    try:
        tls.createSecureContext(options)
        log(label, "fine")
    except Exception as error:
        message = str(error)
        log(label, error.code, error.name, "" if message.startswith("error:") else message)


def main():
    cert = pem("server-cert")
    locked = pem("server-locked-key")
    attempt("nothing")
    attempt("good", identity("server"))
    attempt("texts", {"cert": cert.decode(), "key": pem("server-key").decode()})
    attempt(
        "lists",
        {"cert": [cert, pem("rsa-cert")], "key": [pem("server-key"), pem("rsa-key")]},
    )
    attempt("no certificate", {"cert": "x"})
    attempt("no key", {"cert": cert, "key": "x"})
    attempt("another key", {"cert": cert, "key": pem("other-key")})
    attempt("locked", {"cert": cert, "key": locked})
    attempt("wrong passphrase", {"cert": cert, "key": locked, "passphrase": "no"})
    attempt("passphrase", {"cert": cert, "key": locked, "passphrase": "sesame"})
    attempt("its own", {"cert": cert, "key": [{"pem": locked, "passphrase": "sesame"}]})
    attempt("type of cert", {"cert": 5})
    attempt("type of key", {"key": 5})
    attempt("type of ca", {"ca": 5})
    attempt("no authority", {"ca": "x"})
    attempt("authorities", {"ca": [ca, pem("other-cert").decode()]})
    attempt("lowest version", {"minVersion": "TLSv9"})
    attempt("highest version", {"maxVersion": "x"})
    attempt("versions", {"minVersion": "TLSv1.2", "maxVersion": "TLSv1.3"})
    attempt("no such cipher", {"ciphers": "nonsense"})
    attempt("type of ciphers", {"ciphers": 5})
    attempt("ciphers", {"ciphers": "ECDHE-RSA-AES128-GCM-SHA256:HIGH:!aNULL"})


run(main)
