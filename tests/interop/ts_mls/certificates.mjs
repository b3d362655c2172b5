// X.509 credentials: a chain of two certificates for each name, made by openssl, with the private key as the commands want it.
import { execFileSync } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const kP256 = 2;

function split(pem) {
    const part = (label) => pem.match(new RegExp(`-----BEGIN ${label}-----[^]*?-----END ${label}-----`))[0];
    return { key: part("PRIVATE KEY"), certificate: part("CERTIFICATE") };
}

const der = (pem) => new X509Certificate(pem).raw.toString("hex");
const fromBase64Url = (text) => Buffer.from(text, "base64url");

export class Authority {
    constructor(suite, directory) {
        this.algorithm = suite === kP256 ? ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"] : ["ed25519"];
        this.folder = mkdtempSync(join(directory, "ca-"));
        const made = split(this.request("an authority", []));
        writeFileSync(join(this.folder, "ca.pem"), made.certificate);
        writeFileSync(join(this.folder, "ca.key"), made.key);
        this.certificate = der(made.certificate);
        this.issued = new Map();
    }

    request(name, more) {
        return execFileSync(
            "openssl",
            ["req", "-x509", "-newkey", ...this.algorithm, "-nodes", "-keyout", "-", "-subj", `/CN=${name}`, ...more],
            { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    }

    // x509, sig_priv and public_key of a name, the same each time.
    identify(name) {
        if (!this.issued.has(name)) {
            const signed = ["-CA", join(this.folder, "ca.pem"), "-CAkey", join(this.folder, "ca.key")];
            const { key, certificate } = split(this.request(name, signed));
            const { d, x, y } = createPrivateKey(key).export({ format: "jwk" });
            const point = y === undefined ? [] : [Buffer.of(4)];
            this.issued.set(name, {
                x509: [der(certificate), this.certificate],
                sig_priv: fromBase64Url(d).toString("hex"),
                public_key: Buffer.concat([...point, fromBase64Url(x), fromBase64Url(y ?? "")]).toString("hex"),
            });
        }
        return this.issued.get(name);
    }
}
