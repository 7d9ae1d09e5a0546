"""What a model or a graph can call on images. Tools get their images passed in."""
