// Command cp copies files, as far as init containers of upstream manifests ask for it: cp [-f] SOURCE... TARGET.
// Images that are made of static programs have it instead of a shell and a userland. A file is written beside its
// target and renamed, so that a running program is never truncated.
package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	var names []string
	for _, argument := range os.Args[1:] {
		if !strings.HasPrefix(argument, "-") {
			names = append(names, argument)
		} else if argument != "-f" && argument != "--" {
			fail(fmt.Errorf("unknown option %s", argument))
		}
	}
	if len(names) < 2 {
		fail(fmt.Errorf("usage: cp [-f] SOURCE... TARGET"))
	}
	target := names[len(names)-1]
	folder, err := os.Stat(target)
	intoFolder := err == nil && folder.IsDir()
	if len(names) > 2 && !intoFolder {
		fail(fmt.Errorf("%s is not a folder", target))
	}
	for _, source := range names[:len(names)-1] {
		to := target
		if intoFolder {
			to = filepath.Join(target, filepath.Base(source))
		}
		if err := copyFile(source, to); err != nil {
			fail(err)
		}
	}
}

func copyFile(source, target string) error {
	from, err := os.Open(source)
	if err != nil {
		return err
	}
	defer from.Close()
	about, err := from.Stat()
	if err != nil {
		return err
	}
	if about.IsDir() {
		return fmt.Errorf("%s is a folder", source)
	}
	to, err := os.CreateTemp(filepath.Dir(target), ".cp-*")
	if err != nil {
		return err
	}
	defer os.Remove(to.Name())
	if _, err := io.Copy(to, from); err != nil {
		return err
	}
	if err := to.Chmod(about.Mode().Perm()); err != nil {
		return err
	}
	if err := to.Close(); err != nil {
		return err
	}
	return os.Rename(to.Name(), target)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "cp:", err)
	os.Exit(1)
}
