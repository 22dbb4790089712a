import '$lib/base.css';
