"""The families of landscapes, one file each; and the architectures of networks."""
