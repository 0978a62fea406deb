// Command pause holds a pod's namespaces open: it sleeps, reaps orphans that the kernel hands to it as process 1, and
// ends on SIGINT or SIGTERM. It does what registry.k8s.io/pause does and takes the same -v flag.
package main

import (
	"os"
	"os/signal"
	"syscall"
)

var version = "unknown"

func main() {
	for _, argument := range os.Args[1:] {
		if argument == "-v" {
			os.Stdout.WriteString("pause.go " + version + "\n")
			return
		}
	}
	if os.Getpid() != 1 {
		os.Stderr.WriteString("Warning: pause should be the first process\n")
	}
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGCHLD)
	for received := range signals {
		if received != syscall.SIGCHLD {
			return
		}
		for {
			if child, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); child <= 0 && err != syscall.EINTR {
				break
			}
		}
	}
}
