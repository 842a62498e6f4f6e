// A stranger's check of a tiled log, over Go's reference packages for signed notes and logs.
//
// Usage: check_log BASE VKEY [-witness VKEY]... [-since CHECKPOINT] [-proof PROOF]...
//
// BASE is a folder with the layout of C2SP tlog-tiles, or the log's URL prefix. Prints the number of
// entries; exits 1 naming what does not hold.
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go build check_log.go
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

type list []string

func (l *list) String() string     { return strings.Join(*l, " ") }
func (l *list) Set(v string) error { *l = append(*l, v); return nil }

// cosigner verifies signatures of type 4: a time and the note's text.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.hash }

func (c *cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	at := binary.BigEndian.Uint64(sig)
	if at == 0 || at > uint64(time.Now().Unix()+300) {
		return false
	}
	signed := append([]byte(fmt.Sprintf("cosignature/v1\ntime %d\n", at)), msg...)
	return ed25519.Verify(c.key, signed, sig[8:])
}

func newCosigner(vkey string) (*cosigner, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("vkey of a witness: not NAME+ID+KEY")
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 33 || key[0] != 4 {
		return nil, errors.New("vkey of a witness: not of type 4")
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	hash := binary.BigEndian.Uint32(sum[:])
	if fmt.Sprintf("%08x", hash) != parts[1] {
		return nil, errors.New("vkey of a witness: the id does not belong to the key")
	}
	return &cosigner{parts[0], hash, key[1:]}, nil
}

// checkpoint opens a note that the log and every one of the others have signed.
func checkpoint(msg []byte, log note.Verifier, others []note.Verifier) (tlog.Tree, error) {
	var tree tlog.Tree
	n, err := note.Open(msg, note.VerifierList(append(others, log)...))
	if err != nil {
		return tree, err
	}
	for _, v := range append(others, log) {
		signed := false
		for _, sig := range n.Sigs {
			signed = signed || sig.Name == v.Name() && sig.Hash == v.KeyHash()
		}
		if !signed {
			return tree, fmt.Errorf("%s has not signed", v.Name())
		}
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) < 4 || lines[0] != log.Name() {
		return tree, errors.New("not a checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || strconv.FormatInt(size, 10) != lines[1] {
		return tree, errors.New("checkpoint: the size is no number")
	}
	hash, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: hash}, err
}

// reader reads a tiled log; it is a tlog.TileReader.
type reader struct{ base string }

func (r reader) Height() int                       { return height }
func (r reader) SaveTiles([]tlog.Tile, [][]byte) {}

func (r reader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, tile := range tiles {
		read, err := r.read(path(tile))
		if err != nil {
			return nil, err
		}
		data = append(data, read)
	}
	return data, nil
}

// path is tile/L/N: C2SP fixes the height, which Go's paths name.
func path(tile tlog.Tile) string {
	data := tile.L == -1
	if data {
		tile.L = 0
	}
	rest := strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", height))
	if data {
		rest = "entries/" + strings.TrimPrefix(rest, "0/")
	}
	return "tile/" + rest
}

func (r reader) read(name string) ([]byte, error) {
	if !strings.HasPrefix(r.base, "http") {
		return os.ReadFile(filepath.Join(r.base, name))
	}
	request, err := http.NewRequest("GET", r.base+"/"+name, nil)
	if err != nil {
		return nil, err
	}
	if token := os.Getenv("LOG_TOKEN"); token != "" && strings.Contains(name, "entries") {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != 200 {
		return nil, fmt.Errorf("%s: %s", name, answer.Status)
	}
	return io.ReadAll(answer.Body)
}

// entries reads all entry bundles.
func (r reader) entries(size int64) ([][]byte, error) {
	var found [][]byte
	for first := int64(0); first < size; first += 1 << height {
		width := size - first
		if width > 1<<height {
			width = 1 << height
		}
		tile := tlog.Tile{H: height, L: -1, N: first >> height, W: int(width)}
		data, err := r.read(path(tile))
		if err != nil {
			return nil, err
		}
		for i := int64(0); i < width; i++ {
			if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
				return nil, errors.New("an entry bundle is too short")
			}
			end := 2 + int(binary.BigEndian.Uint16(data))
			found = append(found, data[2:end])
			data = data[end:]
		}
		if len(data) != 0 {
			return nil, errors.New("an entry bundle is too long")
		}
	}
	return found, nil
}

// proof checks a .tlog-proof.
func proof(text []byte, log note.Verifier, entries [][]byte) error {
	head, msg, ok := bytes.Cut(text, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !ok || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("proof: first line")
	}
	lines = lines[1:]
	if strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64)
	if err != nil || index < 0 || index >= int64(len(entries)) {
		return errors.New("proof: index")
	}
	var path tlog.RecordProof
	for _, line := range lines[1:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		path = append(path, hash)
	}
	tree, err := checkpoint(msg, log, nil)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(path, tree.N, tree.Hash, index, tlog.RecordHash(entries[index]))
}

func check(base, vkey string, witnesses, proofs list, since string) (int64, error) {
	log, err := note.NewVerifier(vkey)
	if err != nil {
		return 0, err
	}
	var others []note.Verifier
	for _, vkey := range witnesses {
		other, err := newCosigner(vkey)
		if err != nil {
			return 0, err
		}
		others = append(others, other)
	}
	r := reader{base}
	msg, err := r.read("checkpoint")
	if err != nil {
		return 0, err
	}
	tree, err := checkpoint(msg, log, others)
	if err != nil {
		return 0, err
	}
	entries, err := r.entries(tree.N)
	if err != nil {
		return 0, err
	}
	// The reader checks every tile that it reads against the tree.
	hashes := tlog.TileHashReader(tree, r)
	for i, entry := range entries {
		path, err := tlog.ProveRecord(tree.N, int64(i), hashes)
		if err != nil {
			return 0, err
		}
		if err := tlog.CheckRecord(path, tree.N, tree.Hash, int64(i), tlog.RecordHash(entry)); err != nil {
			return 0, fmt.Errorf("entry %d: %w", i, err)
		}
	}
	if since != "" {
		msg, err := os.ReadFile(since)
		if err != nil {
			return 0, err
		}
		old, err := checkpoint(msg, log, nil)
		if err != nil {
			return 0, err
		}
		path, err := tlog.ProveTree(tree.N, old.N, hashes)
		if err != nil {
			return 0, err
		}
		if err := tlog.CheckTree(path, tree.N, tree.Hash, old.N, old.Hash); err != nil {
			return 0, err
		}
	}
	for _, name := range proofs {
		text, err := os.ReadFile(name)
		if err != nil {
			return 0, err
		}
		if err := proof(text, log, entries); err != nil {
			return 0, err
		}
	}
	return tree.N, nil
}

func main() {
	var witnesses, proofs list
	flags := flag.NewFlagSet("check_log", flag.ExitOnError)
	since := flags.String("since", "", "a checkpoint that was saved earlier")
	flags.Var(&witnesses, "witness", "vkey of a witness that must have cosigned")
	flags.Var(&proofs, "proof", "a .tlog-proof")
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: check_log BASE VKEY [flags]")
		os.Exit(2)
	}
	flags.Parse(os.Args[3:])
	size, err := check(os.Args[1], os.Args[2], witnesses, proofs, *since)
	if err != nil {
		fmt.Fprintln(os.Stderr, "FAIL:", err)
		os.Exit(1)
	}
	fmt.Printf("OK: %d entries\n", size)
}
