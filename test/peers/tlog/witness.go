// A log that nobody of us wrote, asking our witness: golang.org/x/mod/sumdb makes tree, proofs and signatures, crypto/ed25519
// judges the cosignatures.
//
//	witness -keygen                                  prints a log's secret and verifier key
//	witness -url URL -skey KEY -witness VERIFIERKEY  grows a log and has every size cosigned
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const origin = "go.example/log"

func main() {
	log.SetFlags(0)
	keygen := flag.Bool("keygen", false, "make a key")
	url := flag.String("url", "", "the witness")
	skey := flag.String("skey", "", "secret key of the log")
	witness := flag.String("witness", "", "verifier key of the witness")
	flag.Parse()
	if *keygen {
		secret, public, err := note.GenerateKey(rand.Reader, origin)
		must(err)
		fmt.Printf("%s\n%s\n", secret, public)
		return
	}
	signer, err := note.NewSigner(*skey)
	must(err)
	grow(*url, signer, *witness)
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func grow(url string, signer note.Signer, witness string) {
	var hashes []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			found[i] = hashes[index]
		}
		return found, nil
	})
	old, count := int64(0), int64(0)
	for _, size := range []int64{1, 2, 3, 7, 8, 100, 257, 1000} {
		for ; count < size; count++ {
			more, err := tlog.StoredHashes(count, []byte(fmt.Sprintf("record %d", count)), reader)
			must(err)
			hashes = append(hashes, more...)
		}
		root, err := tlog.TreeHash(size, reader)
		must(err)
		text := fmt.Sprintf("%s\n%d\n%s\n", origin, size, root)
		signed, err := note.Sign(&note.Note{Text: text}, signer)
		must(err)
		proof := tlog.TreeProof{}
		if old > 0 {
			proof, err = tlog.ProveTree(size, old, reader)
			must(err)
			// The same proof with one hash changed must not be believed, nor one from another size.
			if len(proof) > 0 {
				broken := append(tlog.TreeProof{}, proof...)
				broken[0][0] ^= 1
				refuses(url, old, broken, signed, 422)
			}
			refuses(url, old-1, proof, signed, 409)
		}
		refuses(url, size+1, proof, signed, 400)
		status, line := post(url, old, proof, signed)
		demand(status, line, 200)
		judge(line, text, witness)
		old = size
	}
	fmt.Printf("ok %d\n", old)
}

func post(url string, old int64, proof tlog.TreeProof, signed []byte) (int, string) {
	var body bytes.Buffer
	fmt.Fprintf(&body, "old %d\n", old)
	for _, hash := range proof {
		fmt.Fprintf(&body, "%s\n", hash)
	}
	body.WriteByte('\n')
	body.Write(signed)
	response, err := http.Post(url+"/add-checkpoint", "text/plain", &body)
	must(err)
	answer, err := io.ReadAll(response.Body)
	must(err)
	response.Body.Close()
	return response.StatusCode, string(answer)
}

func refuses(url string, old int64, proof tlog.TreeProof, signed []byte, expected int) {
	status, answer := post(url, old, proof, signed)
	demand(status, answer, expected)
}

func demand(status int, answer string, expected int) {
	if status != expected {
		log.Fatalf("status %d, expected %d: %s", status, expected, answer)
	}
}

// judge checks a cosignature/v1 line: key id, 8 bytes of time, Ed25519 over header, time and the checkpoint's text.
func judge(line, text, witness string) {
	parts := strings.SplitN(witness, "+", 3)
	key, err := base64.StdEncoding.DecodeString(parts[2])
	must(err)
	words := strings.Split(strings.TrimSuffix(line, "\n"), " ")
	if len(words) != 3 || words[0] != "—" || words[1] != parts[0] {
		log.Fatalf("not a signature line of %s: %q", parts[0], line)
	}
	raw, err := base64.StdEncoding.DecodeString(words[2])
	must(err)
	if len(raw) != 4+8+64 || fmt.Sprintf("%x", raw[:4]) != parts[1] {
		log.Fatalf("not the key or length of a cosignature: %q", line)
	}
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(raw[4:12]), text)
	if key[0] != 4 || !ed25519.Verify(ed25519.PublicKey(key[1:]), []byte(message), raw[12:]) {
		log.Fatalf("the cosignature does not hold: %q", line)
	}
}
