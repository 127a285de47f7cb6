"""A throw-away home server: certificates of its own and a FreeRADIUS configuration of one file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SECRET = "it's a secret; of $HOME, * and #more"  # noqa: S105  a throw-away server's
PASSWORD = 'hostile "#\\ päss{{ %{User-Name}'  # noqa: S105  likewise
SERVER_NAME = "radius.camden.gov.uk"


@dataclass(frozen=True)
class Issued:
    """A certificate and its key as PEM."""

    certificate: str
    key: str


class Authority:
    """A CA that lives for one test run."""

    def __init__(self, name: str) -> None:
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.now(UTC)
        certificate = (
            _builder(self._name, self._name, self._key.public_key())
            .not_valid_before(now - timedelta(days=30))
            .not_valid_after(now + timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.pem = _pem(certificate)

    def issue(self, name: str, *, days: int = 10, client: bool = False) -> Issued:
        """Issue a certificate that expires in so many days; a negative number is in the past."""
        key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.now(UTC)
        usage = ExtendedKeyUsageOID.CLIENT_AUTH if client else ExtendedKeyUsageOID.SERVER_AUTH
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = (
            _builder(subject, self._name, key.public_key())
            .not_valid_before(now - timedelta(days=20))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        return Issued(_pem(certificate), _key_pem(key))


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    return builder.serial_number(x509.random_serial_number())


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _key_pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _quoted(value: str, mark: str = '"') -> str:
    return mark + value.replace("\\", "\\\\").replace(mark, f"\\{mark}") + mark


def configuration(directory: str, server: Issued, client_ca: str, port: int) -> dict[str, str]:
    """Return a whole FreeRADIUS configuration, to be run with `freeradius -d DIRECTORY`, by absolute path."""
    text = _RADIUSD.replace("@DIR@", directory).replace("@SECRET@", _quoted(SECRET)).replace("@PORT@", str(port))
    files = {
        "radiusd.conf": text,
        "users": _USERS.replace("@PASSWORD@", _quoted(PASSWORD, "'")),
        "server.pem": server.certificate,
        "server.key": server.key,
        "client-ca.pem": client_ca,
        "dictionary": "",
    }
    return {f"{directory}/{name}": content for name, content in files.items()}


_USERS = """\
roam-probe@camden.gov.uk Cleartext-Password := @PASSWORD@
"""

_RADIUSD = """\
name = radiusd
raddbdir = @DIR@
run_dir = @DIR@
libdir = /usr/lib/freeradius
security {
    reject_delay = 0
    status_server = yes
}
thread pool {
    start_servers = 1
    max_servers = 4
    min_spare_servers = 1
    max_spare_servers = 2
}
client anybody {
    ipaddr = 127.0.0.0/8
    secret = @SECRET@
    require_message_authenticator = yes
}
modules {
    always ok {
        rcode = ok
    }
    always handled {
        rcode = handled
    }
    always reject {
        rcode = reject
    }
    files {
        filename = @DIR@/users
    }
    mschap {
        with_ntdomain_hack = no
    }
    eap {
        default_eap_type = peap
        tls-config common {
            private_key_file = @DIR@/server.key
            certificate_file = @DIR@/server.pem
            ca_file = @DIR@/client-ca.pem
            tls_min_version = "1.2"
            tls_max_version = "1.2"
            ecdh_curve = "prime256v1"
        }
        tls {
            tls = common
        }
        peap {
            tls = common
            default_eap_type = mschapv2
            virtual_server = inner
            copy_request_to_tunnel = yes
        }
        mschapv2 {
        }
    }
}
server outer {
    listen {
        type = auth
        ipaddr = 127.0.0.1
        port = @PORT@
    }
    authorize {
        if (&User-Name =~ /@nowhere\\.example$/) {
            update reply {
                &Reply-Message := "hub hub-east: nobody serves the realm"
            }
            reject
        }
        if (&User-Name !~ /@/) {
            update reply {
                &Reply-Message := "proxy camden-rad-1: the name has no realm"
            }
            reject
        }
        if (&User-Name =~ /@silent\\.example$/) {
            update control {
                &Response-Packet-Type := Do-Not-Respond
            }
            handled
        }
        eap
    }
    authenticate {
        eap
    }
    post-auth {
        update reply {
            &Tunnel-Type := VLAN
            &Tunnel-Medium-Type := IEEE-802
            &Tunnel-Private-Group-Id := "120"
            &Chargeable-User-Identity := "1f2e3d"
            &Operator-Name := "1camden.gov.uk"
            &User-Name := "%{User-Name}"
        }
        Post-Auth-Type REJECT {
            eap
        }
    }
}
server inner {
    authorize {
        mschap
        eap {
            ok = return
        }
        files
    }
    authenticate {
        Auth-Type MS-CHAP {
            mschap
        }
        eap
    }
}
"""
