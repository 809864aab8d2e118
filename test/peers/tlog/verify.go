// Verifies a log directory with golang.org/x/mod/sumdb alone: nothing here knows how Ancheng wrote it.
//
//	verify -log DIR -key VERIFIERKEY [-every N] [-proofs DIR]
//
// Checks the checkpoint's signature, rebuilds the tree from the entry bundles, authenticates every tile against the
// signed root, proves every N-th leaf and the consistency with several smaller trees. In -proofs, files *.tlog-proof
// (C2SP tlog-proof) and *.consistency (older size, its root, then the proof, one base64 value a line) were made by
// Ancheng and are judged here.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

func main() {
	log.SetFlags(0)
	dir := flag.String("log", "", "directory of the log")
	key := flag.String("key", "", "verifier key of the log")
	every := flag.Int64("every", 1, "prove every n-th leaf")
	proofs := flag.String("proofs", "", "directory of proofs to judge")
	flag.Parse()

	tree := openCheckpoint(filepath.Join(*dir, "checkpoint"), *key)
	leaves := readLeaves(*dir, tree.N)
	stored := rebuild(leaves, tree)
	reader := tlog.TileHashReader(tree, &tiles{dir: *dir, size: tree.N})
	checkTiles(reader, leaves)
	checkInclusion(reader, leaves, tree, *every)
	checkConsistency(reader, stored, tree)
	judged := judgeProofs(*proofs, *key, tree)
	fmt.Printf("ok %d leaves, root %s, %d proofs judged\n", tree.N, tree.Hash, judged)
}

func must(err error, what string) {
	if err != nil {
		log.Fatalf("%s: %v", what, err)
	}
}

func openCheckpoint(path, key string) tlog.Tree {
	published, err := os.ReadFile(path)
	must(err, "checkpoint")
	return parseCheckpoint(published, key)
}

func parseCheckpoint(published []byte, key string) tlog.Tree {
	verifier, err := note.NewVerifier(key)
	must(err, "verifier key")
	opened, err := note.Open(published, note.VerifierList(verifier))
	must(err, "checkpoint signature")
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		log.Fatalf("checkpoint of %q, key of %q", lines[0], verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err, "checkpoint size")
	return tlog.Tree{N: size, Hash: parseHash(lines[2])}
}

func parseHash(line string) tlog.Hash {
	hash, err := tlog.ParseHash(line)
	must(err, "hash")
	return hash
}

// readLeaves hashes every entry of the bundles (uint16 length before each entry).
func readLeaves(dir string, size int64) []tlog.Hash {
	var leaves []tlog.Hash
	for start := int64(0); start < size; start += 1 << height {
		width := size - start
		if width > 1<<height {
			width = 1 << height
		}
		tile := tlog.Tile{H: height, L: 0, N: start >> height, W: int(width)}
		path := strings.Replace(diskPath(tile), "tile/0/", "tile/entries/", 1)
		bundle, err := os.ReadFile(filepath.Join(dir, path))
		must(err, "entry bundle")
		before := len(leaves)
		for len(bundle) > 0 {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				log.Fatalf("%s ends inside an entry", path)
			}
			length := 2 + int(binary.BigEndian.Uint16(bundle))
			leaves = append(leaves, tlog.RecordHash(bundle[2:length]))
			bundle = bundle[length:]
		}
		if int64(len(leaves)-before) != width {
			log.Fatalf("%s holds %d entries, not %d", path, len(leaves)-before, width)
		}
	}
	return leaves
}

// rebuild stores every hash of the tree over the leaves and demands the signed root.
func rebuild(leaves []tlog.Hash, tree tlog.Tree) tlog.HashReader {
	var hashes []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			found[i] = hashes[index]
		}
		return found, nil
	})
	for n, leaf := range leaves {
		more, err := tlog.StoredHashesForRecordHash(int64(n), leaf, reader)
		must(err, "rebuilding")
		hashes = append(hashes, more...)
	}
	root, err := tlog.TreeHash(tree.N, reader)
	must(err, "rebuilding")
	if root != tree.Hash {
		log.Fatalf("entries rebuild %v, the checkpoint says %v", root, tree.Hash)
	}
	return reader
}

// checkTiles has sumdb authenticate every tile and compares the leaves in them with the entries.
func checkTiles(reader tlog.HashReader, leaves []tlog.Hash) {
	for start := 0; start < len(leaves); start += 1 << height {
		end := start + 1<<height
		if end > len(leaves) {
			end = len(leaves)
		}
		var indexes []int64
		for n := start; n < end; n++ {
			indexes = append(indexes, tlog.StoredHashIndex(0, int64(n)))
		}
		hashes, err := reader.ReadHashes(indexes)
		must(err, "tiles")
		for i, hash := range hashes {
			if hash != leaves[start+i] {
				log.Fatalf("leaf %d differs between tile and entry", start+i)
			}
		}
	}
}

func checkInclusion(reader tlog.HashReader, leaves []tlog.Hash, tree tlog.Tree, every int64) {
	for n := int64(0); n < tree.N; n += every {
		proof, err := tlog.ProveRecord(tree.N, n, reader)
		must(err, "proving a leaf")
		must(tlog.CheckRecord(proof, tree.N, tree.Hash, n, leaves[n]), "inclusion")
	}
}

func checkConsistency(reader, stored tlog.HashReader, tree tlog.Tree) {
	for _, older := range []int64{1, tree.N / 3, tree.N / 2, tree.N - 1, tree.N} {
		if older < 1 {
			continue
		}
		root, err := tlog.TreeHash(older, stored)
		must(err, "older root")
		proof, err := tlog.ProveTree(tree.N, older, reader)
		must(err, "proving growth")
		must(tlog.CheckTree(proof, tree.N, tree.Hash, older, root), "consistency")
	}
}

func judgeProofs(dir, key string, tree tlog.Tree) int {
	if dir == "" {
		return 0
	}
	inclusion, err := filepath.Glob(filepath.Join(dir, "*.tlog-proof"))
	must(err, "proofs")
	for _, path := range inclusion {
		judgeInclusion(path, key)
	}
	growth, err := filepath.Glob(filepath.Join(dir, "*.consistency"))
	must(err, "proofs")
	for _, path := range growth {
		lines := readLines(path)
		older, err := strconv.ParseInt(lines[0], 10, 64)
		must(err, path)
		must(tlog.CheckTree(parseHashes(lines[2:]), tree.N, tree.Hash, older, parseHash(lines[1])), path)
	}
	return len(inclusion) + len(growth)
}

func judgeInclusion(path, key string) {
	content, err := os.ReadFile(path)
	must(err, path)
	parts := strings.SplitN(string(content), "\n\n", 2)
	lines := strings.Split(parts[0], "\n")
	if len(parts) != 2 || len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" {
		log.Fatalf("%s is not a tlog-proof", path)
	}
	entry, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	must(err, path)
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	must(err, path)
	tree := parseCheckpoint([]byte(parts[1]), key)
	must(tlog.CheckRecord(parseHashes(lines[3:]), tree.N, tree.Hash, index, tlog.RecordHash(entry)), path)
}

func readLines(path string) []string {
	content, err := os.ReadFile(path)
	must(err, path)
	return strings.Split(strings.TrimSuffix(string(content), "\n"), "\n")
}

func parseHashes(lines []string) []tlog.Hash {
	var hashes []tlog.Hash
	for _, line := range lines {
		hashes = append(hashes, parseHash(line))
	}
	return hashes
}

// tiles reads C2SP tile paths, which leave the height out.
type tiles struct {
	dir  string
	size int64
}

func diskPath(tile tlog.Tile) string {
	return strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", height), "tile/", 1)
}

func (t *tiles) Height() int { return height }

func (t *tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	found := make([][]byte, len(wanted))
	for i, tile := range wanted {
		content, err := os.ReadFile(filepath.Join(t.dir, diskPath(tile)))
		if err != nil {
			return nil, err
		}
		found[i] = content
	}
	return found, nil
}

func (t *tiles) SaveTiles([]tlog.Tile, [][]byte) {}
